package dev.hookbridge.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.SpooledEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations, closings and crashes against a model in memory. A crash is a copy of the files
 * as they are at that moment, with which the test goes on. What was appended must be there; what
 * was confirmed and saved must not come back; what was confirmed and not saved may.
 */
class SpoolModelTest {
  private static final Limits LIMITS =
      new Limits(32L << 20, WhenFull.DROP_OLDEST, 1_000_000, 16L << 20);
  private static final int STEPS = Boolean.getBoolean("hookbridge.full") ? 5_000 : 500;
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final List<Envelope> forgettable = new ArrayList<>();
  private final Set<String> sinks = new TreeSet<>(Set.of("a", "b"));
  private Model model = new Model();
  private Model saved = new Model();
  private Path folder;
  private Spool spool;
  @TempDir Path root;

  @Test
  void itBehavesLikeTheModel() throws Exception {
    System.out.println("SpoolModelTest seed " + seed);
    folder = root.resolve("0");
    model.addSink("a");
    model.addSink("b");
    open();
    for (int step = 0; step < STEPS; step++) {
      step(random.nextInt(100), step);
      if (random.nextInt(10) == 0) {
        compare("seed " + seed + ", step " + step);
      }
    }
    spool.close();
  }

  private void open() throws SpoolException {
    spool = Spool.open(folder, "host", LIMITS, new SimpleMeterRegistry());
    spool.release(spool.sinks(sinks));
    saved = new Model(model);
  }

  private void step(int dice, int step) throws Exception {
    if (dice < 25) {
      append();
    } else if (dice < 30) {
      appendAgain();
    } else if (dice < 40) {
      forget();
    } else if (dice < 85) {
      confirm();
    } else if (dice < 90) {
      spool.save();
      saved = new Model(model);
    } else if (dice < 93) {
      park();
    } else if (dice < 95) {
      retry();
    } else if (dice < 97) {
      reopen();
    } else if (dice < 98) {
      changeSinks();
    } else {
      crash(step);
    }
  }

  private void append() throws SpoolException {
    List<Envelope> batch =
        Samples.events(
            random, random.nextInt(10), random.nextInt(10) == 0 ? 9000 : random.nextInt(300));
    AppendResult appended = spool.append(Batch.of(batch));
    batch.forEach(event -> model.append(event.id()));
    forgettable.addAll(batch);
    assertThat(appended).isEqualTo(new AppendResult(batch.size(), 0, 0, true, model.last));
  }

  private void appendAgain() throws SpoolException {
    int from = Math.max(0, forgettable.size() - 5);
    List<Envelope> again = new ArrayList<>(forgettable.subList(from, forgettable.size()));
    again.addAll(Samples.events(random, 2, 10));
    long fresh = again.stream().filter(event -> model.append(event.id())).count();
    forgettable.addAll(again.subList(again.size() - 2, again.size()));
    assertThat(spool.append(Batch.of(again)))
        .isEqualTo(
            new AppendResult((int) fresh, (int) (again.size() - fresh), 0, true, model.last));
  }

  private void forget() {
    int count = random.nextInt(forgettable.size() + 1);
    List<String> ids = forgettable.stream().limit(count).map(Envelope::id).toList();
    spool.forget(ids);
    forgettable.subList(0, count).clear();
    ids.forEach(model.remembered::remove);
  }

  private void confirm() {
    String sink = sink();
    for (long number : model.waiting(sink)) {
      if (random.nextInt(3) == 0) {
        spool.cursor(sink).confirm(number);
        model.confirmed.get(sink).add(number);
      } else if (random.nextInt(20) == 0) {
        return;
      }
    }
  }

  private void park() throws SpoolException {
    String sink = sink();
    List<SpooledEvent> page = spool.read(sink, 0, 1, 1);
    if (!page.isEmpty()) {
      assertThat(spool.deadLetters().park(sink, page.get(0), Reason.INVALID, "", List.of()))
          .isTrue();
      model.confirmed.get(sink).add(page.get(0).sequence());
      List<String> letters = new ArrayList<>(model.dead.getOrDefault(sink, List.of()));
      letters.add(page.get(0).envelope().id());
      model.dead.put(sink, letters);
    }
  }

  private void retry() throws SpoolException {
    String sink = sink();
    List<String> letters = model.dead.getOrDefault(sink, List.of());
    try (SpoolView view = SpoolView.open(folder)) {
      assertThat(view.requestRetry(sink)).isEqualTo(letters.size());
    }
    assertThat(spool.deadLetters().replay()).isEqualTo(letters.size());
    letters.forEach(id -> model.replay(id, sink));
    model.dead.put(sink, List.of());
  }

  private String sink() {
    return List.copyOf(sinks).get(random.nextInt(sinks.size()));
  }

  private void reopen() throws SpoolException {
    spool.close();
    open();
  }

  private void changeSinks() throws SpoolException {
    spool.close();
    saved = new Model(model);
    String sink = String.valueOf((char) ('a' + random.nextInt(4)));
    if (sinks.add(sink)) {
      model.addSink(sink);
    } else if (sinks.size() > 1) {
      sinks.remove(sink);
      model.confirmed.remove(sink);
    }
    open();
  }

  /** Only confirmations, and ids forgotten, may be younger in memory than on disk. */
  private void crash(int step) throws Exception {
    Path copy = root.resolve(String.valueOf(step + 1));
    Files.createDirectory(copy);
    for (String name : List.of("spool.db", "spool.db-wal")) {
      Files.copy(folder.resolve(name), copy.resolve(name));
    }
    spool.close();
    remove(folder);
    folder = copy;
    Model before = model;
    Model least = saved;
    open();
    for (String sink : sinks) {
      Set<Long> back = new HashSet<>(before.confirmed.get(sink));
      for (SpooledEvent event : spool.read(sink, 0, Integer.MAX_VALUE, Long.MAX_VALUE)) {
        back.remove(event.sequence());
        model.confirmed.get(sink).remove(event.sequence());
      }
      Set<Long> lost = new HashSet<>(least.confirmed.get(sink));
      lost.removeAll(back);
      assertThat(lost).as("confirmed, saved and back, seed " + seed).isEmpty();
    }
    List<Envelope> asked = List.copyOf(forgettable);
    assertThat(spool.append(Batch.of(asked)).skipped()).isEqualTo(asked.size());
    spool.save();
    saved = new Model(model);
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private void compare(String as) throws SpoolException {
    assertThat(spool.last()).as(as).isEqualTo(model.last);
    for (String sink : sinks) {
      TreeSet<Long> waiting = model.waiting(sink);
      List<SpooledEvent> read = spool.read(sink, 0, Integer.MAX_VALUE, Long.MAX_VALUE);
      assertThat(read).as(as).extracting(SpooledEvent::sequence).containsExactlyElementsOf(waiting);
      for (SpooledEvent event : read) {
        assertThat(event.envelope().id()).as(as).isEqualTo(model.ids.get(event.sequence()));
      }
      assertThat(spool.unconfirmed(sink)).as(as).isEqualTo(waiting.size());
      long low = waiting.isEmpty() ? model.last : waiting.first() - 1;
      assertThat(spool.cursor(sink).low()).as(as).isEqualTo(low);
      assertThat(spool.deadLetters().count(sink))
          .as(as)
          .isEqualTo(model.dead.getOrDefault(sink, List.of()).size());
    }
    spool.save();
    saved = new Model(model);
    Set<Long> held = new TreeSet<>();
    sinks.forEach(sink -> held.addAll(model.waiting(sink)));
    assertThat(spool.events()).as(as).isEqualTo(held.size());
  }
}
