package dev.hookbridge.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.LoopMount;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hypervisor on which everything works, with a guest that must live through all, and another that
 * comes and goes. Its data folder is a disk of its own.
 */
abstract class LibvirtTrouble {
  /** What a start and a destroy may take by themselves on a busy machine. */
  static final Duration USUAL = Duration.ofSeconds(20);

  @TempDir Path folder;
  LoopMount disk;
  Site kafka;
  Hypervisor host;
  Witness witness;
  Feed feed;
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
    long begin = System.nanoTime();
    host.virsh("start", "guest");
    host.virsh("destroy", "guest");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(limit);
    keeperLives();
  }

  final void keeperLives() throws IOException {
    assertThat(host.runs("keeper")).as(host.log()).isTrue();
    assertThat(host.qemu("keeper")).isEqualTo(keeper);
  }
}
