package dev.hookbridge.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Device;
import dev.hookbridge.testing.LoopMount;
import java.io.IOException;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The power fails at any moment, without an agent and under load. */
class PowerCutIT extends PowerCuts {
  private static final int CUTS = FULL ? 30 : 3;

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

  /** Some of the copies, the last among them. */
  private Set<Integer> cuts() {
    Set<Integer> cuts = new TreeSet<>(Set.of(CALLS - 1));
    while (cuts.size() < CUTS) {
      cuts.add(random.nextInt(CALLS));
    }
    return cuts;
  }
}
