package dev.hookbridge.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.Folder;
import dev.hookbridge.spool.table.SpooledEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another process works on the spool and is killed (SIGKILL); what it had said must be so. */
@Tag("slow")
class SpoolCrashTest {
  private static final int ROUNDS = Boolean.getBoolean("hookbridge.full") ? 50 : 5;
  private static final Limits LIMITS = new Limits(4L << 30, WhenFull.DROP_OLDEST);
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final Set<String> appended = new LinkedHashSet<>();
  private final Set<String> forgotten = new HashSet<>();
  private final Set<String> confirming = new HashSet<>();
  private final Set<Long> confirmed = new HashSet<>();
  private final Map<Long, String> seen = new HashMap<>();
  @TempDir Path folder;

  @Test
  void nothingThatWasSaidIsUntrueAfterAKill() throws Exception {
    System.out.println("SpoolCrashTest seed " + seed);
    for (int round = 0; round < ROUNDS; round++) {
      work(50 + random.nextInt(400));
      examine("seed " + seed + ", round " + round);
    }
  }

  /** Takes down what a worker says, and kills it after some lines, wherever it is then. */
  private void work(int lines) throws Exception {
    Process worker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SpoolWorker.class.getName(),
                folder.toString(),
                String.valueOf(random.nextLong()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = worker.inputReader()) {
      String line = said.readLine();
      for (int i = 0; line != null; i++) {
        takeDown(line);
        if (i == lines) {
          worker.toHandle().destroyForcibly();
        }
        line = said.readLine();
      }
    } finally {
      worker.destroyForcibly();
    }
    assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(worker.exitValue()).as("ended by SIGKILL").isEqualTo(137);
  }

  /** A line that was cut by the kill is not a word that was given. */
  private void takeDown(String line) {
    List<String> values = new ArrayList<>(List.of(line.split(" ")));
    if (!values.remove(values.size() - 1).equals(".")) {
      return;
    }
    switch (values.remove(0)) {
      case "appended" -> appended.addAll(values);
      case "forgotten" -> forgotten.addAll(values);
      case "confirming" -> confirming.addAll(values);
      case "confirmed" -> values.stream().map(Long::valueOf).forEach(confirmed::add);
      default -> throw new IllegalStateException(line);
    }
  }

  private void examine(String as) throws Exception {
    try (Spool spool = Spool.open(folder, "host", LIMITS, new SimpleMeterRegistry())) {
      assertThat(spool.setAside()).as(as).isEmpty();
      assertThat(spool.sinks(Set.of("a", "b"))).as(as).isEmpty();
      Set<String> held = new HashSet<>();
      for (String sink : List.of("a", "b")) {
        List<SpooledEvent> waiting = spool.read(sink, 0, Integer.MAX_VALUE, Long.MAX_VALUE);
        for (SpooledEvent event : waiting) {
          assertThat(confirmed).as(as).doesNotContain(event.sequence());
          assertThat(seen.computeIfAbsent(event.sequence(), key -> event.envelope().id()))
              .as("a number is given once, %s", as)
              .isEqualTo(event.envelope().id());
          held.add(event.envelope().id());
        }
        assertThat(spool.unconfirmed(sink)).as(as).isEqualTo(waiting.size());
      }
      assertThat(spool.events()).as(as).isEqualTo(count(spool));
      Set<String> missing = new HashSet<>(appended);
      missing.removeAll(held);
      missing.removeAll(confirming);
      assertThat(missing).as(as).isEmpty();
      assertThat(spool.unreportedDrops()).as(as).isEmpty();
      List<Envelope> again =
          appended.stream()
              .filter(id -> !forgotten.contains(id))
              .map(id -> Samples.event(id, 1))
              .toList();
      assertThat(spool.append(Batch.of(again)).skipped())
          .as("ids that were not forgotten, %s", as)
          .isEqualTo(again.size());
    }
  }

  private long count(Spool spool) throws Exception {
    try (Database db = Database.open(Folder.file(folder), 512)) {
      assertThat(db.first("PRAGMA integrity_check", row -> row.getString(1))).contains("ok");
      return db.number("SELECT count(*) FROM event", 0);
    }
  }
}
