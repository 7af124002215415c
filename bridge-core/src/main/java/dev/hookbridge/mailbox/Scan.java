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
 * One look through the folder: the oldest names in the order of the calls.
 *
 * <p>{@code readdir} is no snapshot: on ext4 it may show call n and not call n−1, which was renamed
 * into place before it. What cannot be missed is what was complete before the folder was opened, so
 * the clock is read first and names of this boot stamped later are left for the next look.
 *
 * @param names the oldest, at most {@link #MOST}, in order
 * @param foreign names that are none of ours
 * @param files how many files the folder showed
 * @param moment the clock when the look began
 * @param more older names than the moment were left out for want of room
 */
record Scan(List<MailName> names, List<String> foreign, long files, long moment, boolean more) {
  /** Names held in memory at once, whatever waits: some 4 MiB. */
  static final int MOST = 16_384;

  private static final int MOST_FOREIGN = 100;

  static Scan of(Path folder, Boot boot) throws IOException {
    return of(folder, boot, MOST);
  }

  static Scan of(Path folder, Boot boot, int most) throws IOException {
    long moment = boot.now();
    Map<String, Long> boots = new HashMap<>();
    each(folder, name -> note(boots, MailName.parse(name)));
    // Boots follow one another by their least wall time; within a boot its own clock decides, so
    // that a step of the wall clock reorders nothing.
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
