package dev.hookbridge.file;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.ErrorText;
import dev.hookbridge.api.FeedReader;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.SinkException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Follows the file by name. When the file was renamed, it first reads that file to its end, and
 * then the files that came after it, if they have the names {@code .2}, {@code .1}.
 */
final class FileFeed implements FeedReader {
  private static final int STEP = 1 << 20;
  private static final int MOST_NUMBERS = 1000;
  private static final long PAUSE = 50_000_000;

  private final Path path;
  private @Nullable FileChannel file;
  private Object key = "";
  private long at;
  private byte[] rest = new byte[0];

  FileFeed(Path path, boolean fromBeginning) throws SinkException {
    this.path = path;
    try {
      if (fromBeginning) {
        beginWithTheOldest();
      } else if (next() && file != null) {
        at = file.size();
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
    try {
      // Checked before the read: what is written after the file was moved is written again.
      boolean moved = !key.equals(key(path));
      while (!more(found) && moved && next()) {
        moved = !key.equals(key(path));
      }
    } catch (IOException e) {
      throw broken(e);
    }
    return found;
  }

  /** Reads on. Returns false at the end of the file. */
  private boolean more(List<Envelope> found) throws IOException {
    FileChannel from = file;
    if (from == null) {
      return false;
    }
    long size = from.size();
    if (size < at) { // truncated: the half line that was read is gone, or all
      at = size >= at - rest.length ? at - rest.length : 0;
      rest = new byte[0];
    }
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(STEP, size - at));
    int read = Math.max(0, from.read(buffer, at));
    at += read;
    lines(Arrays.copyOf(buffer.array(), read), found);
    return read > 0;
  }

  private void lines(byte[] bytes, List<Envelope> found) {
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
      return; // not an event
    }
  }

  /**
   * Opens the file after the one that was read to its end. Returns false when there is none yet.
   */
  private boolean next() throws IOException {
    int number = number();
    Path next = path;
    for (int i = number - 1; i > 0 && next.equals(path); i--) {
      next = Files.exists(RotatedFile.numbered(path, i)) ? RotatedFile.numbered(path, i) : path;
    }
    Object found = key(next);
    try {
      FileChannel opened = FileChannel.open(next, StandardOpenOption.READ);
      if (!found.equals(key(next)) || number != number()) { // renamed in the meantime
        opened.close();
        return false;
      }
      begin(opened, found);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private void begin(FileChannel opened, Object itsKey) {
    close();
    file = opened;
    key = itsKey;
    at = 0;
  }

  /** Returns the number that the current file has in its name now; 0 when it has none. */
  private int number() throws IOException {
    for (int i = 1; i <= MOST_NUMBERS && file != null; i++) {
      if (key.equals(key(RotatedFile.numbered(path, i)))) {
        return i;
      }
    }
    return 0;
  }

  private void beginWithTheOldest() throws IOException {
    for (int i = MOST_NUMBERS; i > 0 && file == null; i--) {
      Path numbered = RotatedFile.numbered(path, i);
      if (Files.exists(numbered)) {
        begin(FileChannel.open(numbered, StandardOpenOption.READ), key(numbered));
      }
    }
  }

  /** Returns what identifies a file; empty when there is no file. */
  private static Object key(Path name) throws IOException {
    try {
      return String.valueOf(Files.readAttributes(name, BasicFileAttributes.class).fileKey());
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  private SinkException broken(IOException e) {
    return new SinkException(Reason.UNREACHABLE, path + " cannot be read: " + ErrorText.of(e), e);
  }

  @Override
  public void close() {
    rest = new byte[0];
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      return; // nothing was written
    }
  }
}
