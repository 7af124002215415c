package dev.hookbridge.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.FreePort;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.LoopMount;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * A host that is well: hooks in their slots, a disk of its own, an agent that is not root, a rule,
 * and a sink at each broker.
 */
final class Patient implements AutoCloseable {
  private static final String CONFIGURATION =
      """
      host: kvm-07.example.org
      http: 127.0.0.1:%d
      spool: { max-bytes: 64MiB }
      sinks:
        feed:
          type: kafka
          topic: %s
          properties: { bootstrap.servers: "%s" }
        audit: { type: amqp, uri: "%s/%%2F", exchange: libvirt.hooks }
      decisions: [ { name: placement, when: qemu.prepare.begin, via: feed } ]
      """;

  final Broker kafka = Brokers.kafka();
  final Broker rabbitmq = Brokers.rabbitmq();
  final LoopMount disk;
  final Host host;
  private final Path folder;
  private final int http = FreePort.find();
  private final Process libvirtd;

  Patient(Path folder) throws IOException {
    this.folder = folder;
    disk = LoopMount.make(folder.resolve("kvm-07"), "ext4", 300);
    host = new Host(folder, "kvm-07", "");
    configure("hookbridge.yaml", "libvirt.hooks", kafka.address(), rabbitmq.address());
    for (String name : List.of("mail/new", "spool", "gates.d")) {
      sh("chown", "nobody", host.data.resolve(name).toString());
    }
    host.create();
    String dir = "--dir=" + hooks();
    succeeds(host.hookbridge("hooks", "install", "--drivers=qemu,network", dir, "--libvirt=9.0.0"));
    libvirtd = standIn();
    host.startAgent();
    host.awaitReady();
  }

  static void prerequisites(Path folder) throws IOException {
    Needs.root();
    Needs.loopMounts();
    // The agent's user comes through.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  Path hooks() {
    return folder.resolve("hooks");
  }

  /** A program that is called as libvirt's daemon is. */
  private Process standIn() throws IOException {
    // The times of processes are exact to a second; it shall be younger than the hooks.
    Awaitility.await().pollDelay(Duration.ofMillis(2100)).until(() -> true);
    Path program = folder.resolve("libvirtd");
    Files.copy(Path.of("/bin/sleep"), program);
    return new ProcessBuilder(program.toString(), "900").start();
  }

  /** Writes a configuration beside the one that the agent has. */
  Path configure(String name, String topic, String kafka, String rabbitmq) throws IOException {
    return Files.writeString(
        host.data.resolve("etc").resolve(name),
        CONFIGURATION.formatted(http, topic, kafka, rabbitmq));
  }

  static void sh(String... command) throws IOException {
    succeeds(Host.run(Duration.ofSeconds(60), command));
  }

  static void succeeds(Host.Ran ran) {
    assertThat(ran.exit()).as(ran.output()).isZero();
  }

  Host.Ran doctor(String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("doctor", "--dir=" + hooks()));
    words.add("--libvirt=9.0.0");
    words.addAll(List.of(more));
    return host.hookbridge(words.toArray(String[]::new));
  }

  @Override
  public void close() {
    libvirtd.destroyForcibly();
    host.close();
    kafka.close();
    rabbitmq.close();
    disk.close();
  }
}
