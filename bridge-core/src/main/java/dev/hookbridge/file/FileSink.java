package dev.hookbridge.file;

import dev.hookbridge.Envelope;
import dev.hookbridge.Outcome;
import dev.hookbridge.Reason;
import dev.hookbridge.Sink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Gathers lines and confirms them together once they are synced. */
final class FileSink implements Sink {
  private static final int GATHERED = 256;

  private final RotatedFile file;
  private final List<Consumer<Outcome>> unconfirmed = new ArrayList<>();
  private boolean broken;

  FileSink(RotatedFile file) {
    this.file = file;
  }

  @Override
  public Ordering ordering() {
    return Ordering.PIPELINED;
  }

  /** One file, one order; the courier gives a lane a quarter of the window, which is plenty. */
  @Override
  public String lane(Envelope envelope) {
    return "file";
  }

  @Override
  public int maxEventBytes() {
    return Integer.MAX_VALUE;
  }

  @Override
  public void send(Envelope envelope, Consumer<Outcome> outcome) {
    if (broken) {
      return;
    }
    unconfirmed.add(outcome);
    try {
      file.append(JsonEvent.parts(envelope));
    } catch (IOException e) {
      broke(e);
      return;
    }
    if (unconfirmed.size() >= GATHERED) {
      flush();
    }
  }

  @Override
  public void flush() {
    if (broken || unconfirmed.isEmpty()) {
      return;
    }
    try {
      file.sync();
      unconfirmed.forEach(outcome -> outcome.accept(Outcome.CONFIRMED));
      unconfirmed.clear();
    } catch (IOException e) {
      broke(e);
    }
  }

  /** What was gathered may be there or not: unknown, and the next sink begins a new line. */
  private void broke(IOException e) {
    broken = true;
    Outcome outcome =
        new Outcome.Broken(
            Reason.UNREACHABLE, file + " cannot be written: " + e.getMessage(), false);
    unconfirmed.forEach(each -> each.accept(outcome));
    unconfirmed.clear();
  }

  @Override
  public void close() {
    flush();
    file.close();
  }
}
