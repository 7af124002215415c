package dev.hookbridge.it.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Site;
import dev.hookbridge.harness.libvirt.Guests;
import dev.hookbridge.harness.libvirt.Hypervisor;
import dev.hookbridge.testing.Deadline;
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
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hypervisor on which everything works, with a guest that must live through all, and another that
 * comes and goes. Its data folder is a disk of its own.
 */
public abstract class LibvirtTrouble {
  /** What a start and a destroy may take by themselves on a busy machine. */
  public static final Duration USUAL = Duration.ofSeconds(20);

  @TempDir Path folder;
  public LoopMount disk;
  public Site kafka;
  public Hypervisor host;
  public Witness witness;
  public Feed feed;
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
    host.agent.start();
    host.agent.awaitReady();
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

  final void freeze() throws IOException {
    disk.freeze();
    frozen = true;
  }

  final void thaw() throws IOException {
    frozen = false;
    disk.thaw();
  }

  /** A guest comes and goes, as if nothing was wrong. */
  final void cycle(Duration limit) throws IOException {
    Deadline.kept(
        limit,
        () -> {
          host.virsh("start", "guest");
          host.virsh("destroy", "guest");
        });
    keeperLives();
  }

  final void keeperLives() throws IOException {
    assertThat(host.runs("keeper")).as(host.log()).isTrue();
    assertThat(host.qemu("keeper")).isEqualTo(keeper);
  }

  /**
   * The lines of lost calls in the hooks' file of losses, each with the id of its call. A line of a
   * call that is late is not among them: on a slow disk a hook does not wait for its helper, and
   * the call comes later.
   */
  final List<String> lost() throws IOException {
    return reported().stream().filter(line -> line.startsWith("lost ")).toList();
  }

  private List<String> reported() throws IOException {
    Path file = host.at("/run/hookbridge/lost");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  /** All that was not told to be lost arrives, in order. */
  final void awaitAllButLost() throws IOException {
    Map<String, List<String>> seen = witness.calls();
    int expected = witness.count() - lost().size();
    try {
      Awaitility.await("every call that is not lost")
          .atMost(Duration.ofSeconds(60))
          .until(() -> count(feed.calls(host.name)) == expected);
    } catch (ConditionTimeoutException e) {
      Map<String, List<String>> calls = feed.calls(host.name);
      throw new AssertionError(
          "%d of %d calls%nnot delivered: %s%nreported: %s%n%s"
              .formatted(count(calls), expected, without(seen, calls), reported(), host.log()),
          e);
    }
    feed.calls(host.name)
        .forEach((object, calls) -> assertThat(seen.get(object)).containsSubsequence(calls));
  }

  private static int count(Map<String, List<String>> calls) {
    return calls.values().stream().mapToInt(List::size).sum();
  }

  private static Map<String, List<String>> without(
      Map<String, List<String>> all, Map<String, List<String>> some) {
    Map<String, List<String>> rest = new TreeMap<>();
    all.forEach(
        (object, calls) -> {
          List<String> left = new ArrayList<>(calls);
          some.getOrDefault(object, List.of()).forEach(left::remove);
          rest.put(object, left);
        });
    return rest;
  }

  static void fill(Path file) {
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
