package dev.hookbridge.mailbox;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * One scan of the folder: the oldest names in the order of the calls.
 *
 * <p>{@code readdir} is not a snapshot: on ext4 it may return call n and not call n−1, which was
 * renamed into place before it. It always returns what was complete before the folder was opened.
 * So the clock is read first. Names of this boot with a later time are left for the next scan.
 *
 * @param names the oldest names in order, at most {@link #MOST}
 * @param foreign the names with another format
 * @param files the number of files in the folder
 * @param moment the clock at the start of the scan
 * @param more whether names were left out because there were more than {@link #MOST}
 */
record Scan(List<MailName> names, List<String> foreign, long files, long moment, boolean more) {
  /** The maximum number of names in memory, about 4 MiB, however many files wait. */
  static final int MOST = 16_384;

  private static final int MOST_FOREIGN = 100;

  static Scan of(Path folder, Boot boot) throws IOException {
    return of(folder, boot, MOST);
  }

  static Scan of(Path folder, Boot boot, int most) throws IOException {
    long moment = boot.now();
    Map<String, Long> boots = new HashMap<>();
    each(folder, name -> note(boots, MailName.parse(name)));
    // Sorts boots by their lowest wall time. Within a boot its own clock decides, so
    // that a step of the wall clock does not change the order.
    Comparator<MailName> order =
        Comparator.comparing((MailName name) -> boots.getOrDefault(name.bootId(), Long.MAX_VALUE))
            .thenComparing(MailName::bootId)
            .thenComparing(MailName::boottime)
            .thenComparing(MailName::id);
    PriorityQueue<MailName> oldest = new PriorityQueue<>(order.reversed());
    List<String> foreign = new ArrayList<>();
    long[] count = new long[2];
    each(
        folder,
        text -> {
          if (CrashRecovery.isName(text)) {
            return;
          }
          count[0]++;
          MailName name = MailName.parse(text);
          if (name == null) {
            if (foreign.size() < MOST_FOREIGN) {
              foreign.add(text);
            }
          } else if (!name.bootId().equals(boot.id()) || name.boottime() < moment) {
            oldest.add(name);
            if (oldest.size() > most) {
              oldest.poll();
              count[1]++;
            }
          }
        });
    List<MailName> names = new ArrayList<>(oldest);
    names.sort(order);
    return new Scan(names, foreign, count[0], moment, count[1] > 0);
  }

  private static void note(
      Map<String, Long> boots, @org.jspecify.annotations.Nullable MailName name) {
    if (name != null) {
      boots.merge(name.bootId(), name.time(), Math::min);
    }
  }

  private static void each(Path folder, java.util.function.Consumer<String> visit)
      throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        visit.accept(String.valueOf(entry.getFileName()));
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }
}
