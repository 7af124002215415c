package dev.hookbridge.it.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A real libvirtd while agent, broker and disk fail: no operation fails, none is slowed beyond the
 * hook's own deadline, no guest dies, and what was not told to be lost arrives in order.
 */
@Tag("libvirt")
class LibvirtFaultsIT extends LibvirtTrouble {
  /** The first hook waits 5 s for a disk, and the ten of a cycle with a NIC a third of a second. */
  private static final Duration FROZEN = USUAL.plusSeconds(5 + 4);

  @Test
  void anAgentThatIsStoppedKilledOrHalted() throws Exception {
    for (String signal : List.of("TERM", "KILL")) {
      host.agent.signal(signal);
      cycle(USUAL);
      host.restartLibvirt();
      keeperLives();
      host.agent.start();
      host.agent.awaitReady();
    }
    host.agent.signal("STOP");
    cycle(USUAL);
    host.restartLibvirt();
    keeperLives();
    host.agent.signal("CONT");
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
    Path reserveFile = disk.folder().resolve("ballast");
    fill(reserveFile);
    cycle(USUAL);
    host.restartLibvirt();
    keeperLives();
    Files.delete(reserveFile);
    cycle(USUAL);
    assertThat(lost()).isNotEmpty().allMatch(line -> line.endsWith(" 28")); // ENOSPC
    awaitAllButLost();
  }

  @Test
  void aReadOnlyDisk() throws Exception {
    feed.awaitAll(host, witness);
    host.agent.signal("TERM"); // its own open files would keep the disk writable
    disk.remount("ro");
    cycle(USUAL);
    host.restartLibvirt();
    keeperLives();
    disk.remount("rw");
    host.agent.start();
    cycle(USUAL);
    assertThat(lost()).isNotEmpty().allMatch(line -> line.endsWith(" 30")); // EROFS
    awaitAllButLost();
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
}
