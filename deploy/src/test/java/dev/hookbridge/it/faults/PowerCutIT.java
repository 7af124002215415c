package dev.hookbridge.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Device;
import dev.hookbridge.testing.LoopMount;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mailbox and spool lie on a disk whose content at one moment is kept. What an agent of the next
 * boot delivers from there, and what was delivered before, are together every call that had
 * returned.
 */
class PowerCutIT {
  private static final boolean FULL = Boolean.getBoolean("hookbridge.full");
  private static final int CALLS = FULL ? 150 : 15;
  private static final int CUTS = FULL ? 30 : 3;
  private static final int SPARES = 128;
  private static final int GUESTS = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path folder;
  private final Random random = random();

  private static Random random() {
    long seed = Long.getLong("hookbridge.seed", System.nanoTime());
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    return new Random(seed);
  }

  @ParameterizedTest
  @CsvSource({"ext4, 0", "xfs, 0", "ext4, 128", "xfs, 128"})
  void withNoAgentEachCallIsDeliveredOnce(String type, int spares) throws Exception {
    try (Device device = device(type);
        Host host = host(device.folder(), "before")) {
      for (int i = 0; i < spares; i++) {
        Path spare = host.data.resolve(String.format("mail/new/.spare-%03d", i));
        Files.write(spare, new byte[16 << 10]);
      }
      LoopMount.sync(device.folder()); // the folders are there since long
      Hooks hooks = new Hooks(host);
      List<Path> copies = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        hooks.fire("guest-" + i % GUESTS, i / GUESTS);
        copies.add(device.copy());
      }
      int inSpares = 0;
      for (int cut : cuts()) {
        try (LoopMount after = device.mount(copies.get(cut));
            Host next = host(after.folder(), "cut-" + cut)) {
          inSpares += hidden(next).stream().filter(PowerCutIT::used).count();
          next.startAgentOfNextBoot();
          EventFile events = events("cut-" + cut);
          await(next, () -> events.hooks().size() > cut);
          assertThat(next.stopAgent()).isZero();
          assertThat(events.hooks()).extracting(Consumer.Message::id).doesNotHaveDuplicates();
          assertThat(Consumer.lives(events.all())).isEqualTo(firsts(cut + 1));
          assertThat(files(next)).isEmpty();
          assertThat(hidden(next)).noneMatch(PowerCutIT::used);
        }
      }
      System.out.printf("%s: %d cuts, %d files in spares%n", type, CUTS, inSpares);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs"})
  void underLoadNothingIsMissing(String type) throws Exception {
    try (Device device = device(type);
        Host host = host(device.folder(), "before")) {
      host.startAgent();
      host.awaitReady();
      Hooks hooks = new Hooks(host);
      List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
      List<Thread> guests = hooks.live(GUESTS, (thread, failure) -> failures.add(failure));
      List<Cut> cuts = new ArrayList<>();
      for (int i = 0; i < CUTS && failures.isEmpty(); i++) {
        cuts.add(cut(device, host, hooks));
      }
      hooks.end();
      for (Thread guest : guests) {
        guest.join();
      }
      assertThat(failures).isEmpty();
      host.killAgent();
      List<Consumer.Message> consumed = events("before").all();
      for (int i = 0; i < cuts.size(); i++) {
        deliversTheRest(device, "cut-" + i, cuts.get(i), consumed);
      }
    }
  }

  /**
   * @param returned by guest how many calls had returned before the disk was copied
   * @param sure how many events the sink held before it was
   * @param consumed how many it held when, or just after, it was
   */
  private record Cut(Path copy, Map<String, Integer> returned, int sure, int consumed) {}

  private Cut cut(Device device, Host host, Hooks hooks) throws IOException {
    int until = hooks.fired() + 20 + random.nextInt(60);
    int before = events("before").all().size();
    Awaitility.await("further hooks, and deliveries")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> hooks.fired() >= until && events("before").all().size() > before);
    // With the agent halted the sink holds just what it held at the cut; without, a cut may fall
    // between any two writes of the agent, and the sink may have got a little more.
    boolean halted = random.nextBoolean();
    if (halted) {
      host.haltAgent();
    }
    Map<String, Integer> returned = hooks.returned();
    int sure = events("before").all().size();
    Path copy = device.copy();
    int consumed = events("before").all().size();
    host.continueAgent();
    return new Cut(copy, returned, sure, consumed);
  }

  private void deliversTheRest(Device device, String name, Cut cut, List<Consumer.Message> all)
      throws Exception {
    try (LoopMount after = device.mount(cut.copy());
        Host next = host(after.folder(), name)) {
      next.startAgentOfNextBoot();
      next.awaitReady();
      EventFile events = events(name);
      await(next, () -> holds(together(all, cut.consumed(), events), cut.returned()));
      assertThat(next.stopAgent()).isZero();
      List<Consumer.Message> both = together(all, cut.consumed(), events);
      Consumer.lives(both)
          .forEach(
              (guest, calls) -> assertThat(calls).as(guest).isEqualTo(Hooks.firsts(calls.size())));
      assertThat(events.hooks()).extracting(Consumer.Message::id).doesNotHaveDuplicates();
      // Not of what came after the cut: what was numbered then is numbered anew from the copy.
      assertOneNumberEach(together(all, cut.sure(), events));
      System.out.printf(
          "%s: %s calls had returned, %d events at the sink, %d delivered after, %d of them again%n",
          name,
          cut.returned().values().stream().mapToInt(Integer::intValue).sum(),
          cut.consumed(),
          events.hooks().size(),
          both.stream().filter(Consumer.Message::isHook).count() - Consumer.hooks(both).size());
    }
    Files.delete(cut.copy());
  }

  private static List<Consumer.Message> together(
      List<Consumer.Message> all, int consumed, EventFile events) throws IOException {
    List<Consumer.Message> both = new ArrayList<>(all.subList(0, consumed));
    both.addAll(events.all());
    return both;
  }

  private static boolean holds(List<Consumer.Message> messages, Map<String, Integer> returned)
      throws IOException {
    Map<String, List<String>> lives = Consumer.lives(messages);
    return returned.entrySet().stream()
        .allMatch(
            guest -> lives.getOrDefault(guest.getKey(), List.of()).size() >= guest.getValue());
  }

  /**
   * The agent dies when events are stored; their files are removed as it would have removed them,
   * and the power fails before that is on the disk.
   */
  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs"})
  void aRemovalThatComesBackIsNoNewEvent(String type) throws Exception {
    try (Device device = device(type);
        Host host = host(device.folder(), "before")) {
      Hooks hooks = new Hooks(host);
      for (int i = 0; i < CALLS; i++) {
        hooks.fire("guest-" + i % GUESTS, i / GUESTS);
      }
      LoopMount.sync(device.folder());
      Process mortal = host.startMortalAgent("STORED", 1);
      assertThat(mortal.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(mortal.exitValue()).as(host.log()).isEqualTo(128 + 9);
      List<Path> stored = files(host);
      assertThat(stored).hasSize(CALLS);
      for (Path file : stored) {
        Files.delete(file);
      }
      Path copy = device.copy();
      assertThat(files(host)).isEmpty();
      List<Consumer.Message> consumed = events("before").all();
      try (LoopMount after = device.mount(copy);
          Host next = host(after.folder(), "after")) {
        assertThat(files(next)).as("the removals were undone").hasSize(CALLS);
        next.startAgentOfNextBoot();
        EventFile events = events("after");
        await(next, () -> files(next).isEmpty());
        assertThat(next.stopAgent()).isZero();
        List<Consumer.Message> both = new ArrayList<>(consumed);
        both.addAll(events.all());
        assertThat(Consumer.lives(both)).isEqualTo(firsts(CALLS));
        assertThat(events.hooks()).extracting(Consumer.Message::id).doesNotHaveDuplicates();
        assertOneNumberEach(both);
      }
    }
  }

  /**
   * The power fails while the files of stored calls become spares again: before their new names and
   * the zeros in them are on the disk, and after.
   */
  @ParameterizedTest
  @CsvSource({"ext4, REMOVED", "ext4, FORGOTTEN", "xfs, REMOVED", "xfs, FORGOTTEN"})
  void aFileThatBecomesASpareIsNoNewEvent(String type, String step) throws Exception {
    int calls = Math.min(CALLS, SPARES / 2);
    try (Device device = device(type);
        Host host = host(device.folder(), "before")) {
      host.startAgent();
      Awaitility.await("spares").atMost(PATIENCE).until(() -> hidden(host).size() == SPARES);
      assertThat(host.stopAgent()).isZero();
      Hooks hooks = new Hooks(host);
      for (int i = 0; i < calls; i++) {
        hooks.fire("guest-" + i % GUESTS, i / GUESTS);
      }
      assertThat(hidden(host)).as("spares that no hook took").hasSize(SPARES - calls);
      LoopMount.sync(device.folder());
      Process mortal = host.startMortalAgent(step, 1);
      assertThat(mortal.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(mortal.exitValue()).as(host.log()).isEqualTo(128 + 9);
      assertThat(files(host)).isEmpty();
      assertThat(hidden(host)).as("none was removed").hasSize(SPARES);
      Path copy = device.copy();
      List<Consumer.Message> consumed = events("before").all();
      try (LoopMount after = device.mount(copy);
          Host next = host(after.folder(), "after")) {
        System.out.printf("%s, %s: %d files came back%n", type, step, files(next).size());
        next.startAgentOfNextBoot();
        next.awaitReady();
        EventFile events = events("after");
        await(
            next,
            () -> {
              List<Consumer.Message> both = new ArrayList<>(consumed);
              both.addAll(events.all());
              return files(next).isEmpty() && Consumer.hooks(both).size() == calls;
            });
        assertThat(next.stopAgent()).isZero();
        List<Consumer.Message> both = new ArrayList<>(consumed);
        both.addAll(events.all());
        assertThat(Consumer.lives(both)).isEqualTo(firsts(calls));
        assertThat(events.hooks()).extracting(Consumer.Message::id).doesNotHaveDuplicates();
        assertOneNumberEach(both);
      }
    }
  }

  /** Taken in a second time, a call would be an event of another number. */
  private static void assertOneNumberEach(List<Consumer.Message> messages) {
    Map<String, Set<String>> numbers =
        messages.stream()
            .filter(Consumer.Message::isHook)
            .collect(
                Collectors.groupingBy(
                    Consumer.Message::id,
                    Collectors.mapping(
                        message -> message.attributes().get("sequence"), Collectors.toSet())));
    assertThat(numbers.values()).allMatch(each -> each.size() == 1);
  }

  /** What the guests have done who take turns. */
  private static Map<String, List<String>> firsts(int calls) {
    return Stream.iterate(0, guest -> guest + 1)
        .limit(Math.min(calls, GUESTS))
        .collect(
            Collectors.toMap(
                guest -> "guest-" + guest,
                guest -> Hooks.firsts((calls - guest + GUESTS - 1) / GUESTS)));
  }

  /** Some of the copies, the last among them. */
  private Set<Integer> cuts() {
    Set<Integer> cuts = new TreeSet<>(Set.of(CALLS - 1));
    while (cuts.size() < CUTS) {
      cuts.add(random.nextInt(CALLS));
    }
    return cuts;
  }

  private Device device(String type) throws IOException {
    return new Device(folder.resolve("device"), folder.resolve("data"), type);
  }

  private Host host(Path data, String name) throws IOException {
    return new Host(data, folder.resolve(name + ".log"), "kvm-07", events(name).sink());
  }

  private EventFile events(String name) {
    return new EventFile(folder.resolve(name + ".jsonl"));
  }

  /** Whether a call was written over a spare. */
  private static boolean used(Path spare) {
    try (InputStream content = Files.newInputStream(spare)) {
      return content.read() != 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> files(Host host) throws IOException {
    return list(host, false);
  }

  /** Spares, and what is not finished. */
  private static List<Path> hidden(Host host) throws IOException {
    return list(host, true);
  }

  private static List<Path> list(Host host, boolean hidden) throws IOException {
    try (Stream<Path> files = Files.list(host.data.resolve("mail/new"))) {
      return files.filter(file -> file.getFileName().toString().startsWith(".") == hidden).toList();
    }
  }

  private static void await(Host host, Callable<Boolean> condition) {
    try {
      Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(condition);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(host.log(), e);
    }
  }
}
