package dev.hookbridge.file;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.ErrorText;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Writes lines to the file at once, and confirms several together once they are synced in the file
 * that the path names. It syncs at most every {@link #PACE}, because a sync costs the host more
 * than a line.
 */
final class FileSink implements Sink {
  private static final int GATHERED = 256;
  private static final long GATHERED_BYTES = 1 << 20;
  private static final long PACE = TimeUnit.MILLISECONDS.toNanos(100);

  private final RotatedFile file;
  private final List<Consumer<Outcome>> unconfirmed = new ArrayList<>();
  private final LongSupplier clock;
  private long unconfirmedBytes;
  private long syncedAt;
  private boolean broken;

  FileSink(RotatedFile file) {
    this(file, System::nanoTime);
  }

  /**
   * Makes a sink with another clock.
   *
   * @param clock the time in ns
   */
  FileSink(RotatedFile file, LongSupplier clock) {
    this.file = file;
    this.clock = clock;
    this.syncedAt = clock.getAsLong() - PACE;
  }

  @Override
  public Ordering ordering() {
    return Ordering.PIPELINED;
  }

  @Override
  public String destination() {
    return file.path().toString();
  }

  /**
   * Returns the same ordering key for all events, because one file has one order. A quarter of the
   * sink worker's window is enough for it.
   */
  @Override
  public String orderingKey(Envelope envelope) {
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
    try {
      byte[][] line = JsonEvent.parts(envelope);
      if (file.isFullFor(line)) {
        confirm();
        file.rotate();
      }
      file.append(line);
      unconfirmed.add(outcome);
      unconfirmedBytes += envelope.size();
      if (unconfirmed.size() >= GATHERED || unconfirmedBytes >= GATHERED_BYTES) {
        confirm();
      }
    } catch (IOException | SinkException e) {
      if (!unconfirmed.contains(outcome)) {
        confirmOthers();
        unconfirmed.add(outcome);
      }
      broke(e);
    }
  }

  @Override
  public void flush() {
    if (unconfirmed.isEmpty() || clock.getAsLong() - syncedAt >= PACE) {
      settle(); // else a later call does
    }
  }

  /** Confirms what was written, or checks the file when there is nothing to confirm. */
  private void settle() {
    if (broken) {
      return;
    }
    try {
      if (unconfirmed.isEmpty()) {
        file.look();
      } else {
        confirm();
      }
    } catch (IOException | SinkException e) {
      if (!unconfirmed.isEmpty()) { // without lines, the next line reports it
        broke(e);
      }
    }
  }

  private void confirm() throws IOException, SinkException {
    if (!unconfirmed.isEmpty()) {
      file.sync();
      unconfirmed.forEach(outcome -> outcome.accept(Outcome.CONFIRMED));
      unconfirmed.clear();
      unconfirmedBytes = 0;
      syncedAt = clock.getAsLong();
    }
  }

  /** Confirms the lines before the one that failed. On a full disk these are complete. */
  private void confirmOthers() {
    try {
      confirm();
    } catch (IOException | SinkException e) {
      return; // broke() reports it for all
    }
  }

  /** Reports all unconfirmed lines as broken. They may or may not be in the file. */
  private void broke(Exception e) {
    broken = true;
    Outcome outcome =
        e instanceof SinkException refused
            ? new Outcome.Broken(refused.reason(), String.valueOf(refused.getMessage()), false)
            : new Outcome.Broken(
                Reason.UNREACHABLE, file + " cannot be written: " + ErrorText.of(e), false);
    unconfirmed.forEach(each -> each.accept(outcome));
    unconfirmed.clear();
  }

  @Override
  public void close() {
    settle();
    file.close();
  }
}
