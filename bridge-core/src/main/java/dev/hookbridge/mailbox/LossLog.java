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
 * Reads {@code lost}, in which the shim records the calls that it could not write (see {@code
 * docs/protocol.md}). It starts where the last agent stopped.
 *
 * <p>A {@code late} line is a call whose file may still come. It is kept until the file arrives. If
 * the boot of the call is over before that, it is reported as a loss. The position in the file and
 * the open {@code late} lines are one text, the {@linkplain #note note}. The spool stores it with
 * the batch that reports the losses.
 *
 * <p>Use it on one thread.
 */
final class LossLog {
  private static final int MOST_LATE = 10_000;
  private static final int MOST_TAKEN = 4_096;

  private final Path file;
  private final Map<String, LostCall> late = new LinkedHashMap<>();

  /**
   * The calls that were ingested lately, because a {@code late} line may come after its call's
   * file.
   */
  private final Map<String, Boolean> taken =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > MOST_TAKEN;
        }
      };

  private final String bootId;
  private boolean otherBoot;
  private long offset;
  private long more;

  /**
   * The number of reported lines after the first {@code more} line. {@link #offset} points to that
   * line.
   */
  private int behind;

  private LossLog(Path file, String bootId) {
    this.file = file;
    this.bootId = bootId;
  }

  /**
   * Continues where a note says.
   *
   * @param lasting whether the file outlives a restart of the host (a trial folder); otherwise it
   *     is in {@code /run} and starts empty with every boot
   */
  static LossLog resume(Path file, boolean lasting, String note, String bootId) {
    LossLog losses = new LossLog(file, bootId);
    String[] lines = note.split("\n", -1);
    String[] place = lines[0].split(" ", -1);
    if (place.length == 4) {
      losses.otherBoot = !place[0].equals(bootId);
      if (lasting || !losses.otherBoot) {
        losses.offset = Long.parseLong(place[1]);
        losses.more = Long.parseLong(place[2]);
        losses.behind = Integer.parseInt(place[3]);
      }
      for (int i = 1; i < lines.length; i++) {
        losses.line(lines[i], new ArrayList<>());
      }
    }
    return losses;
  }

  /**
   * Returns the losses that were added since the last call. When there are none, this only costs a
   * check of the file's size.
   */
  List<LostCall> read() throws IOException {
    List<LostCall> found = new ArrayList<>();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      if (channel.size() < offset) {
        offset = 0; // the file was emptied
        more = 0;
        behind = 0;
      }
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(channel.size() - offset, 2 << 20));
      int read = channel.read(buffer, offset);
      if (read > 0) {
        lines(new String(buffer.array(), 0, read, StandardCharsets.ISO_8859_1), found);
      }
    } catch (NoSuchFileException e) {
      return found; // no loss in this boot
    }
    return found;
  }

  /**
   * Reads the lines from the offset on. The shim raises the counts of {@code more} lines in place.
   * So everything from the first of these lines on is read again each time.
   */
  private void lines(String text, List<LostCall> found) {
    int from = 0;
    long counted = 0;
    int others = 0;
    boolean counts = false;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      String line = text.substring(from, end);
      if (line.startsWith("more ")) {
        counts = true;
        counted += number(line.substring(5));
      } else if (!counts) {
        line(line, found);
        offset += end + 1 - from;
      } else if (++others > behind) {
        line(line, found);
        behind = others;
      }
      from = end + 1;
    }
    for (; more < counted; more++) {
      found.add(new LostCall("", 0, "unknown", "unknown", "uncounted"));
    }
  }

  private void line(String line, List<LostCall> found) {
    String[] words = line.split(" ", -1);
    if (words.length != 7) {
      return;
    }
    boolean isLate = words[0].equals("late");
    String reason = isLate ? "late" : "errno-" + number(words[6]);
    LostCall loss = new LostCall(words[1], number(words[2]), words[3], words[4], reason);
    if (!isLate) {
      late.remove(words[1]); // its write has failed
      found.add(loss);
    } else if (!taken.containsKey(words[1]) && late.size() < MOST_LATE) {
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

  /**
   * Returns whether the shim had stopped waiting for this call. Call it once, when the call's file
   * has arrived.
   */
  boolean arrivedLate(String id) {
    taken.put(id, true);
    return late.remove(id) != null;
  }

  /**
   * Returns the late calls of an earlier boot that never arrived. Call it when all files are
   * ingested.
   */
  List<LostCall> neverArrived() {
    if (!otherBoot) {
      return List.of();
    }
    otherBoot = false;
    List<LostCall> gone = new ArrayList<>(late.values());
    late.clear();
    return gone;
  }

  /** Returns the text with which {@link #resume} continues here. */
  String note() {
    StringBuilder note = new StringBuilder(bootId + " " + offset + " " + more + " " + behind);
    for (LostCall open : late.values()) {
      note.append("\nlate ").append(open.id()).append(' ').append(open.time()).append(' ');
      note.append(open.driver()).append(' ').append(open.operation()).append(" - 0");
    }
    return note.toString();
  }
}
