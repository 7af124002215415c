package dev.hookbridge.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.DropRecord;
import dev.hookbridge.spool.table.SpooledEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages the files of a spool at random, as they lie there after SIGKILL or while they are in use.
 * Every acknowledged event must be delivered as it was stored, or be reported as lost by its
 * number; no number is given twice in an epoch, and nothing waits for ever.
 */
@Tag("slow")
class SpoolCorruptionTest {
  private static final int TRIALS = Boolean.getBoolean("hookbridge.full") ? 2_000 : 200;
  private static final Limits LIMITS = new Limits(64L << 20, WhenFull.DROP_OLDEST);
  private static final List<String> SINKS = List.of("a", "b");
  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private Random random = new Random(seed);
  @TempDir Path folder;

  /** What a spool has acknowledged: events by number, and what each sink confirmed for certain. */
  private static final class Truth {
    private final Map<Long, Envelope> events = new TreeMap<>();
    private final Map<String, Set<Long>> confirmed = new HashMap<>();
    private final Map<String, Set<Long>> confirming = new HashMap<>();
  }

  private final Truth truth = new Truth();
  private String fault = "";
  private int salvaged;
  private int reported;
  private int delivered;

  @Test
  void everyAcknowledgedEventIsDeliveredIntactOrReportedAsLost() throws Exception {
    System.out.println("SpoolCorruptionTest seed " + seed + " (-Dhookbridge.seed)");
    Path killed = folder.resolve("killed");
    work(killed);
    for (int trial = 0; trial < TRIALS; trial++) {
      random = new Random(seed + trial);
      Path copy = copy(killed, folder.resolve("trial"));
      boolean inUse = trial % 4 == 3;
      String as = "seed " + seed + ", trial " + trial;
      if (inUse) {
        examine(copy, as + " in use: ", true);
      } else {
        examine(copy, as + ": " + damage(copy, 6), false);
      }
    }
    System.out.printf(
        "SpoolCorruptionTest: %d trials, %d files salvaged, %d events delivered, %d reported%n",
        TRIALS, salvaged, delivered, reported);
    assertThat(salvaged).isPositive();
    assertThat(reported).isPositive();
  }

  /** Leaves the files of an agent that was killed: the spool is copied while it is open. */
  private void work(Path target) throws Exception {
    Path live = folder.resolve("live");
    try (Spool spool = open(live)) {
      spool.sinks(Set.copyOf(SINKS));
      SINKS.forEach(sink -> truth.confirmed.put(sink, new HashSet<>()));
      SINKS.forEach(sink -> truth.confirming.put(sink, new HashSet<>()));
      for (int batch = 0; batch < 40; batch++) {
        if (batch == 30) {
          spool.save(); // what follows lies in the log only
        }
        append(spool, Samples.events(random, 1 + random.nextInt(8), random.nextInt(9_000)));
        confirm(spool, "a", 0.6, batch < 30);
        confirm(spool, "b", 0.4, batch < 30);
      }
      copy(live, target);
    }
  }

  private void append(Spool spool, List<Envelope> events) throws SpoolException {
    long before = spool.last();
    spool.append(Batch.of(events));
    for (Envelope event : events) {
      truth.events.put(++before, event);
    }
  }

  private void confirm(Spool spool, String sink, double share, boolean saved)
      throws SpoolException {
    for (SpooledEvent event : spool.read(sink, 0, 8, 1L << 20)) {
      if (random.nextDouble() < share) {
        spool.cursor(sink).confirm(event.sequence());
        (saved ? truth.confirmed : truth.confirming).get(sink).add(event.sequence());
      }
    }
  }

  private static Spool open(Path path) throws SpoolException {
    return Spool.open(path, "host", LIMITS, new SimpleMeterRegistry());
  }

  private static Path copy(Path from, Path to) throws IOException {
    if (Files.exists(to)) {
      try (Stream<Path> old = Files.walk(to)) {
        for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(path -> !path.endsWith("ballast")).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }

  /**
   * One fault, and which.
   *
   * @param kinds 4 leaves out that a file becomes shorter or is deleted: a mapped file that becomes
   *     shorter ends the process with SIGBUS, like any other kill
   */
  private String damage(Path spool, int kinds) throws IOException {
    String[] names = {"spool.db", "spool.db", "spool.db", "spool.db-wal", "spool.db-shm"};
    Path file = spool.resolve(names[random.nextInt(names.length)]);
    String kind = String.valueOf(random.nextInt(kinds));
    long size = Files.exists(file) ? Files.size(file) : 0;
    if (size == 0) {
      return file + " is empty";
    }
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      long at = random.nextLong(size);
      switch (kind) {
        case "0", "1" -> flip(bytes, at, 1 << random.nextInt(8));
        case "2" -> flip(bytes, at, 1 + random.nextInt(255));
        case "3" -> page(bytes, at / 4096 * 4096);
        case "4" -> bytes.setLength(random.nextBoolean() ? at : at / 4096 * 4096);
        default -> Files.delete(file);
      }
      return file.getFileName() + " fault " + kind + " at " + at;
    }
  }

  private static void flip(RandomAccessFile bytes, long at, int bits) throws IOException {
    bytes.seek(at);
    int old = bytes.read();
    bytes.seek(at);
    bytes.write(old ^ bits);
  }

  private void page(RandomAccessFile bytes, long at) throws IOException {
    byte[] page = new byte[4096];
    if (random.nextBoolean()) {
      random.nextBytes(page);
    }
    bytes.seek(at);
    bytes.write(page, 0, (int) Math.min(page.length, bytes.length() - at));
  }

  /** Starts an agent's spool again and again, as a service manager would, until all is settled. */
  private void examine(Path copy, String as, boolean inUse) throws Exception {
    Map<String, Map<Long, Envelope>> got = new HashMap<>();
    Map<String, Set<Long>> lost = new HashMap<>();
    SINKS.forEach(sink -> got.put(sink, new HashMap<>()));
    SINKS.forEach(sink -> lost.put(sink, new HashSet<>()));
    boolean settled = false;
    fault = as;
    for (int start = 0; start < 5 && !settled; start++) {
      boolean damaging = inUse && start == 0;
      try (Spool spool = open(copy)) {
        salvaged += spool.setAside().isPresent() ? 1 : 0;
        drain(spool, got, lost, damaging ? () -> fault += damage(copy, 4) : null);
        settled = true;
      } catch (SpoolException e) {
        assertThat(e.kind())
            .as("%s, %s", e.getMessage(), fault)
            .isEqualTo(SpoolException.Kind.DAMAGED);
      }
    }
    assertThat(settled).as("settled, " + fault).isTrue();
    SINKS.forEach(sink -> provider(sink, got.get(sink), lost.get(sink), fault));
  }

  private interface Fault {
    void strike() throws IOException;
  }

  private void drain(
      Spool spool,
      Map<String, Map<Long, Envelope>> got,
      Map<String, Set<Long>> lost,
      @Nullable Fault striking)
      throws Exception {
    spool.sinks(Set.copyOf(SINKS));
    boolean struck = striking == null;
    for (String sink : SINKS) {
      long after = 0;
      List<SpooledEvent> page = spool.read(sink, after, 7, 1L << 20);
      while (!page.isEmpty()) {
        for (SpooledEvent event : page) {
          got.get(sink).merge(event.sequence(), event.envelope(), (x, y) -> x);
          spool.cursor(sink).confirm(event.sequence());
          after = event.sequence();
        }
        if (!struck && after > truth.events.size() / 2) {
          struck = true;
          striking.strike();
        }
        page = spool.read(sink, after, 7, 1L << 20);
      }
    }
    spool.save();
    for (DropRecord drop : spool.unreportedDrops()) {
      assertThat(drop.count()).as("%s, %s", drop, fault).isPresent();
      long first = drop.first().orElseThrow();
      long last = drop.last().orElseThrow();
      assertThat(last - first + 1).as(fault).isEqualTo(drop.count().getAsLong());
      for (String sink : drop.sinks()) {
        for (long number = first; number <= last; number++) {
          lost.get(sink).add(number);
        }
      }
    }
    appendAfterwards(spool);
    for (String sink : SINKS) {
      spool.read(sink, 0, 1000, 1L << 20).forEach(e -> spool.cursor(sink).confirm(e.sequence()));
      assertThat(spool.unconfirmed(sink)).as(fault).isZero();
    }
    spool.save();
  }

  /** No number is given a second time in the epoch it was given in. */
  private void appendAfterwards(Spool spool) throws SpoolException {
    long before = spool.last();
    spool.append(Batch.of(Samples.events(random, 2, 100)));
    Optional<SpooledEvent> next = spool.get(before + 1);
    assertThat(next).as(fault).isPresent();
    assertThat(before).as(fault).isGreaterThanOrEqualTo(truth.events.size());
    assertThat(next.get().envelope().attributes()).containsEntry("epoch", spool.epoch());
  }

  private void provider(String sink, Map<Long, Envelope> got, Set<Long> lost, String as) {
    for (Map.Entry<Long, Envelope> event : got.entrySet()) {
      Envelope original = truth.events.get(event.getKey());
      if (original != null) {
        same(event.getKey(), original, event.getValue(), as);
      }
    }
    Set<Long> missing = new HashSet<>(truth.events.keySet());
    missing.removeAll(got.keySet());
    missing.removeAll(lost);
    missing.removeAll(truth.confirmed.get(sink));
    missing.removeAll(truth.confirming.get(sink));
    assertThat(missing).as("neither delivered nor reported to %s, %s", sink, as).isEmpty();
    Set<Long> both = new HashSet<>(lost);
    both.removeAll(truth.confirming.get(sink));
    assertThat(both)
        .as("reported as lost though confirmed by %s, %s", sink, as)
        .doesNotContainAnyElementsOf(truth.confirmed.get(sink));
    both.retainAll(got.keySet());
    assertThat(both).as("delivered and reported as lost, %s", as).isEmpty();
    reported += lost.size();
    delivered += got.size();
  }

  private static void same(long number, Envelope original, Envelope event, String as) {
    Map<String, String> attributes = new HashMap<>(event.attributes());
    assertThat(attributes.remove("sequence")).as(as).isEqualTo("%020d".formatted(number));
    assertThat(attributes.remove("epoch")).as(as).isNotNull();
    assertThat(attributes).as(as).isEqualTo(original.attributes());
    assertThat(event.route()).as(as).isEqualTo(original.route());
    assertThat(event.xmlAt()).as(as).isEqualTo(original.xmlAt());
    assertThat(Arrays.equals(event.data(), original.data())).as(as).isTrue();
  }
}
