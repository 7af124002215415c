package dev.hookbridge.mailbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code lost}, the shim's record of the calls it could not write (see {@code
 * docs/protocol.md}), from the place where the last agent stopped reading.
 *
 * <p>A {@code late} line is a promise still open: it is kept until the call's file arrives, and
 * told as a loss when the boot in which it was made is over. Place and open promises are one text,
 * the {@linkplain #note note}, which the spool keeps with the batch that told of them.
 *
 * <p>Used by one thread.
 */
final class Losses {
  private static final int MOST_LATE = 1_000;

  private final Path file;
  private final Map<String, Loss> late = new LinkedHashMap<>();
  private final String bootId;
  private boolean otherBoot;
  private long offset;
  private long more;

  private Losses(Path file, String bootId) {
    this.file = file;
    this.bootId = bootId;
  }

  /**
   * Goes on where a note says.
   *
   * @param lasting the file outlives a restart of the host (a trial folder), else it lies in {@code
   *     /run} and begins anew with every boot
   */
  static Losses resume(Path file, boolean lasting, String note, String bootId) {
    Losses losses = new Losses(file, bootId);
    String[] lines = note.split("\n", -1);
    String[] place = lines[0].split(" ", -1);
    if (place.length == 3) {
      losses.otherBoot = !place[0].equals(bootId);
      if (lasting || !losses.otherBoot) {
        losses.offset = Long.parseLong(place[1]);
        losses.more = Long.parseLong(place[2]);
      }
      for (int i = 1; i < lines.length; i++) {
        losses.line(lines[i], new ArrayList<>());
      }
    }
    return losses;
  }

  /** What was added since the last call; empty, at the price of one look at the file's size. */
  List<Loss> read() throws IOException {
    List<Loss> found = new ArrayList<>();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      if (channel.size() < offset) {
        offset = 0; // somebody emptied it
        more = 0;
      }
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(channel.size() - offset, 2 << 20));
      int read = channel.read(buffer, offset);
      if (read > 0) {
        lines(new String(buffer.array(), 0, read, StandardCharsets.ISO_8859_1), found);
      }
    } catch (NoSuchFileException e) {
      return found; // nothing was ever lost in this boot
    }
    return found;
  }

  private void lines(String text, List<Loss> found) {
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      String line = text.substring(from, end);
      if (line.startsWith("more ")) {
        more(line, found);
        return; // the last line, and read again as long as it is raised in place
      }
      line(line, found);
      offset += end + 1 - from;
      from = end + 1;
    }
  }

  private void more(String line, List<Loss> found) {
    long count = number(line.substring(5));
    for (; more < count; more++) {
      found.add(new Loss("", 0, "unknown", "unknown", "uncounted"));
    }
  }

  private void line(String line, List<Loss> found) {
    String[] words = line.split(" ", -1);
    if (words.length != 7) {
      return;
    }
    boolean isLate = words[0].equals("late");
    String reason = isLate ? "late" : "errno-" + number(words[6]);
    Loss loss = new Loss(words[1], number(words[2]), words[3], words[4], reason);
    if (!isLate) {
      found.add(loss);
    } else if (late.size() < MOST_LATE) {
      late.put(words[1], loss);
    }
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Whether the shim had stopped waiting for this call; asked once, when its file has arrived. */
  boolean arrivedLate(String id) {
    return late.remove(id) != null;
  }

  /**
   * Calls of an earlier boot that were late and never arrived; to be asked when all files are in.
   */
  List<Loss> neverArrived() {
    if (!otherBoot) {
      return List.of();
    }
    otherBoot = false;
    List<Loss> gone = new ArrayList<>(late.values());
    late.clear();
    return gone;
  }

  /** What {@link #resume} needs to go on here. */
  String note() {
    StringBuilder note = new StringBuilder(bootId + " " + offset + " " + more);
    for (Loss open : late.values()) {
      note.append("\nlate ").append(open.id()).append(' ').append(open.time()).append(' ');
      note.append(open.driver()).append(' ').append(open.operation()).append(" - 0");
    }
    return note.toString();
  }
}
