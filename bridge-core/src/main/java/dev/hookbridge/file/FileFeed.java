package dev.hookbridge.file;

import dev.hookbridge.Envelope;
import dev.hookbridge.FeedReader;
import dev.hookbridge.Reason;
import dev.hookbridge.SinkException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Follows the file as {@code tail -F} does: by name, from its beginning when it was rotated. */
final class FileFeed implements FeedReader {
  private static final int STEP = 1 << 20;
  private static final long PAUSE = 50_000_000;

  private final Path path;
  private long at;
  private Object file = "";
  private byte[] rest = new byte[0];

  FileFeed(Path path, boolean fromBeginning) throws SinkException {
    this.path = path;
    try {
      if (Files.exists(path)) {
        file = key();
        at = fromBeginning ? 0 : Files.size(path);
      }
    } catch (IOException e) {
      throw broken(e);
    }
  }

  @Override
  public List<Envelope> poll(Duration wait) throws SinkException {
    long until = System.nanoTime() + wait.toNanos();
    List<Envelope> found = read();
    while (found.isEmpty()
        && System.nanoTime() < until
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(PAUSE);
      found = read();
    }
    return found;
  }

  private List<Envelope> read() throws SinkException {
    List<Envelope> found = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      Object now = key();
      if (!now.equals(file) || channel.size() < at) {
        file = now;
        at = 0;
        rest = new byte[0];
      }
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(STEP, channel.size() - at));
      int read = Math.max(0, channel.read(buffer, at));
      at += read;
      lines(Arrays.copyOf(buffer.array(), read), found);
    } catch (NoSuchFileException e) {
      return found; // nothing published so far
    } catch (IOException e) {
      throw broken(e);
    }
    return found;
  }

  private void lines(byte[] bytes, List<Envelope> found) throws IOException {
    byte[] text = Arrays.copyOf(rest, rest.length + bytes.length);
    System.arraycopy(bytes, 0, text, rest.length, bytes.length);
    int from = 0;
    for (int i = 0; i < text.length; i++) {
      if (text[i] == '\n') {
        line(Arrays.copyOfRange(text, from, i), found);
        from = i + 1;
      }
    }
    rest = Arrays.copyOfRange(text, from, text.length);
  }

  private static void line(byte[] line, List<Envelope> found) {
    try {
      found.add(JsonEvent.parse(line));
    } catch (IOException e) {
      return; // a torn line of a crash; its event stands whole on a later one
    }
  }

  private Object key() throws IOException {
    return String.valueOf(Files.getAttribute(path, "unix:ino"));
  }

  private SinkException broken(IOException e) {
    return new SinkException(Reason.UNREACHABLE, path + " cannot be read: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    rest = new byte[0];
  }
}
