package dev.hookbridge.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.LoopMount;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real libvirtd while agent, broker and disk fail: no operation fails, none is slowed beyond the
 * hook's own deadline, no guest dies, and what was not told to be lost arrives in order.
 */
@Tag("libvirt")
class LibvirtFaultsIT {
  private static final boolean FULL = Boolean.getBoolean("hookbridge.full");
  private static final int CYCLES = FULL ? 200 : 20;
  private static final int RESTARTS = FULL ? 20 : 2;

  /** What a start and a destroy may take by themselves on a busy machine. */
  private static final Duration USUAL = Duration.ofSeconds(20);

  /** The first hook waits 5 s for a disk, and the ten of a cycle with a NIC a third of a second. */
  private static final Duration FROZEN = USUAL.plusSeconds(5 + 4);

  @TempDir Path folder;
  private LoopMount disk;
  private Site kafka;
  private Hypervisor host;
  private Witness witness;
  private Feed feed;
  private String keeper;

  @BeforeEach
  void start() throws Exception {
    Needs.loopMounts();
    disk = LoopMount.make(folder.resolve("disk"), "ext4", 256);
    kafka = Site.kafka();
    feed = new Feed("Kafka", kafka.consumer());
    host = new Hypervisor(folder.resolve("kvm-07"), disk.folder(), "kvm-07", List.of());
    host.configure(kafka.sink());
    assertThat(host.hookbridge("check", "--create").exit()).isZero();
    assertThat(host.hookbridge("hooks", "install").exit()).isZero();
    witness = new Witness(host);
    host.startAgent();
    host.awaitReady();
    host.startLibvirt();
    Guests guests = new Guests(host, folder);
    guests.defineNetwork("iso", 211);
    host.virsh("net-start", "iso");
    guests.define("keeper", "iso");
    guests.define("guest", "iso");
    host.virsh("start", "keeper");
    keeper = host.qemu("keeper");
  }

  @AfterEach
  void end() throws IOException {
    if (frozen) {
      disk.thaw(); // or nothing that waits for it can be ended
    }
    if (host != null) {
      host.close();
    }
    if (kafka != null) {
      kafka.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  private boolean frozen;

  private void freeze() throws IOException {
    disk.freeze();
    frozen = true;
  }

  private void thaw() throws IOException {
    frozen = false;
    disk.thaw();
  }

  /** A guest comes and goes, as if nothing was wrong. */
  private void cycle(Duration limit) throws IOException {
    long begin = System.nanoTime();
    host.virsh("start", "guest");
    host.virsh("destroy", "guest");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(limit);
    keeperLives();
  }

  private void keeperLives() throws IOException {
    assertThat(host.runs("keeper")).as(host.log()).isTrue();
    assertThat(host.qemu("keeper")).isEqualTo(keeper);
  }

  @Test
  void anAgentThatIsStoppedKilledOrHalted() throws Exception {
    for (String signal : List.of("TERM", "KILL")) {
      host.signalAgent(signal);
      cycle(USUAL);
      host.restartLibvirt();
      keeperLives();
      host.startAgent();
      host.awaitReady();
    }
    host.signalAgent("STOP");
    cycle(USUAL);
    host.restartLibvirt();
    keeperLives();
    host.signalAgent("CONT");
    feed.awaitAll(host, witness);
  }

  @Test
  void aBrokerThatIsAwayForACycle() throws Exception {
    kafka.broker().stop();
    cycle(USUAL);
    host.restartLibvirt();
    keeperLives();
    kafka.broker().start();
    feed.awaitAll(host, witness);
  }

  /** What cannot be written is told to be lost, each with its id; all else arrives. */
  @Test
  void aFullDisk() throws Exception {
    cycle(USUAL);
    feed.awaitAll(host, witness);
    Path ballast = disk.folder().resolve("ballast");
    fill(ballast);
    cycle(USUAL);
    host.restartLibvirt();
    keeperLives();
    Files.delete(ballast);
    cycle(USUAL);
    awaitAllButLost("ENOSPC", "28");
  }

  @Test
  void aReadOnlyDisk() throws Exception {
    feed.awaitAll(host, witness);
    host.signalAgent("TERM"); // its own open files would keep the disk writable
    disk.remount("ro");
    cycle(USUAL);
    host.restartLibvirt();
    keeperLives();
    disk.remount("rw");
    host.startAgent();
    cycle(USUAL);
    awaitAllButLost("EROFS", "30");
  }

  private void awaitAllButLost(String name, String errno) throws IOException {
    List<String> lost = Files.readAllLines(host.at("/run/hookbridge/lost"));
    assertThat(lost).as(name).isNotEmpty().allMatch(line -> line.endsWith(" " + errno));
    Awaitility.await("every call that is not lost")
        .atMost(Duration.ofSeconds(60))
        .until(() -> total(feed.calls(host.name)) + lost.size() == witness.count());
    feed.calls(host.name)
        .forEach((object, calls) -> assertThat(calls).isSubsetOf(witnessed(object)));
  }

  private List<String> witnessed(String object) {
    try {
      return witness.calls().get(object);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int total(Map<String, List<String>> calls) {
    return calls.values().stream().mapToInt(List::size).sum();
  }

  /** A disk that does not answer costs 5 s once; what was late arrives, in whatever order. */
  @Test
  void aFrozenDisk() throws Exception {
    freeze();
    cycle(FROZEN);
    host.restartLibvirt();
    keeperLives();
    thaw();
    cycle(USUAL);
    Awaitility.await("late and all")
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(counted(feed.calls(host.name))).isEqualTo(counted(witness.calls())));
  }

  /** By object how often each operation was called. */
  private static Map<String, Map<String, Long>> counted(Map<String, List<String>> calls) {
    return calls.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry ->
                    entry.getValue().stream()
                        .collect(
                            Collectors.groupingBy(Function.identity(), Collectors.counting()))));
  }

  @Test
  void manyCyclesAndRestarts() throws Exception {
    long seed = Long.getLong("hookbridge.seed", System.nanoTime());
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    Random random = new Random(seed);
    List<String> done = new ArrayList<>();
    long begin = System.nanoTime();
    for (int i = 0; i < CYCLES; i++) {
      done.add(fault(random));
      cycle(USUAL);
      if (i % (CYCLES / RESTARTS) == 1) {
        host.restartLibvirt();
        keeperLives();
      }
      mend();
    }
    feed.awaitAll(host, witness);
    System.out.printf(
        "%d cycles, %d restarts in %d s, %d calls, faults %s%n",
        CYCLES,
        RESTARTS,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
        witness.count(),
        done.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting())));
  }

  private boolean halted;
  private boolean paused;

  private String fault(Random random) throws Exception {
    switch (random.nextInt(5)) {
      case 0 -> {
        host.signalAgent("KILL");
        return "killed";
      }
      case 1 -> {
        host.signalAgent("TERM");
        return "stopped";
      }
      case 2 -> {
        host.signalAgent("STOP");
        halted = true;
        return "halted";
      }
      case 3 -> {
        kafka.broker().pause();
        paused = true;
        return "broker halted";
      }
      default -> {
        return "none";
      }
    }
  }

  private void mend() throws Exception {
    if (paused) {
      kafka.broker().resume();
      paused = false;
    }
    if (halted) {
      host.signalAgent("CONT");
      halted = false;
    }
    if (!host.agentLives()) {
      host.startAgent();
    }
  }

  private static void fill(Path file) {
    byte[] block = new byte[64 << 10];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }
}
