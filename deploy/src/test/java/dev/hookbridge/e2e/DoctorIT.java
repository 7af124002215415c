package dev.hookbridge.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * A host that is well, with a sink at each broker, and then one fault at a time: the line that
 * fails, and no other, names it and says what to do.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DoctorIT {
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

  @TempDir static Path folder;
  private static Broker kafka;
  private static Broker rabbitmq;
  private static LoopMount disk;
  private static Host host;
  private static Process libvirtd;
  private static int http;

  @BeforeAll
  static void start() throws Exception {
    Needs.root();
    Needs.command("setpriv");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    kafka = Brokers.kafka();
    rabbitmq = Brokers.rabbitmq();
    http = FreePort.find();
    disk = LoopMount.make(folder.resolve("kvm-07"), "ext4", 300);
    host = new Host(folder, "kvm-07", "");
    configure("hookbridge.yaml", "libvirt.hooks", kafka.address(), rabbitmq.address());
    for (String name : List.of("mail/tmp", "mail/new", "spool", "gates.d")) {
      sh("chown", "nobody", host.data.resolve(name).toString());
    }
    succeeds(host.hookbridge("check", "--create"));
    succeeds(
        host.hookbridge(
            "hooks", "install", "--drivers=qemu,network", "--dir=" + hooks(), "--libvirt=9.0.0"));
    libvirtd = standIn();
    host.startAgent();
    host.awaitReady();
  }

  @AfterAll
  static void end() {
    for (AutoCloseable each : new AutoCloseable[] {host, kafka, rabbitmq, disk}) {
      try {
        if (each != null) {
          each.close();
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
    if (libvirtd != null) {
      libvirtd.destroyForcibly();
    }
  }

  private static Path hooks() {
    return folder.resolve("hooks");
  }

  /** A program that is called as libvirt's daemon is. */
  private static Process standIn() throws IOException {
    Path program = folder.resolve("libvirtd");
    Files.copy(Path.of("/bin/sleep"), program);
    return new ProcessBuilder(program.toString(), "900").start();
  }

  private static Path configure(String name, String topic, String kafka, String rabbitmq)
      throws IOException {
    return Files.writeString(
        host.data.resolve("etc").resolve(name),
        CONFIGURATION.formatted(http, topic, kafka, rabbitmq));
  }

  private static void sh(String... command) throws IOException {
    succeeds(Host.run(Duration.ofSeconds(20), command));
  }

  private static void succeeds(Host.Ran ran) {
    assertThat(ran.exit()).as(ran.output()).isZero();
  }

  private static Host.Ran doctor(String... more) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                "doctor",
                "--dir=" + hooks(),
                "--libvirt=9.0.0",
                "--clock=http://127.0.0.1:" + http + "/healthy"));
    words.addAll(List.of(more));
    return host.hookbridge(words.toArray(String[]::new));
  }

  /** Runs it, and looks that the lines which fail begin so. */
  private static Host.Ran fails(Host.Ran ran, String... failures) {
    List<String> found = ran.output().lines().filter(line -> line.startsWith("failure ")).toList();
    assertThat(found).as(ran.output()).hasSameSizeAs(failures);
    for (int i = 0; i < failures.length; i++) {
      assertThat(found.get(i)).as(ran.output()).startsWith("failure " + failures[i]);
    }
    assertThat(ran.exit()).as(ran.output()).isEqualTo(1);
    return ran;
  }

  @Test
  @Order(1)
  void allIsWell() throws Exception {
    Host.Ran ran = doctor();
    assertThat(ran.exit()).as(ran.output()).isZero();
    assertThat(ran.output().lines().filter(line -> !line.startsWith("ok ")))
        // The broker has no ACLs, so everybody may decide.
        .allMatch(line -> line.startsWith("warning sink feed: topic libvirt.decisions.replies: "));
    assertThat(ran.output())
        .contains("ok      libvirt: libvirtd (pid ")
        .contains("ok      hook qemu: " + hooks())
        .contains("ok      hook network: ")
        .contains("ok      owners: ")
        .contains("ok      configuration: read as user 65534, 2 sinks, host kvm-07.example.org")
        .contains("ok      agent: runs as process " + host.pid() + " and answers")
        .contains("ok      gate: agent alive")
        .contains("ok      test call: " + hooks().resolve("qemu.d/50-hookbridge") + " took ")
        .containsPattern("ok {6}sink feed: test event: was read back within \\d+ ms")
        .containsPattern("ok {6}sink audit: test event: was read back within \\d+ ms")
        .contains("ok      clock: differs by 0 s");
    assertThat(host.data.resolve("spool"))
        .isDirectoryRecursivelyContaining(file -> file.endsWith("spool.db"))
        .isDirectoryNotContaining(DoctorIT::isRoots);
  }

  private static boolean isRoots(Path file) {
    try {
      return Files.getOwner(file).getName().equals("root");
    } catch (IOException e) {
      return false; // SQLite's companions come and go
    }
  }

  @Test
  @Order(2)
  void forPrograms() throws Exception {
    Host.Ran ran = doctor("--json", "--no-send");
    String line = ran.output().lines().filter(each -> each.startsWith("{")).findFirst().orElse("");
    JsonNode document = Consumer.JSON.readTree(line);
    assertThat(document.get("level").asText()).isIn("ok", "warning");
    assertThat(document.get("checks")).hasSizeGreaterThan(15);
    assertThat(document.get("checks"))
        .allMatch(check -> check.has("level") && check.has("what") && check.has("message"));
    assertThat(ran.output()).doesNotContain("test event");
    assertThat(doctor("--clock=nonsense").exit()).isEqualTo(2);
  }

  @Test
  @Order(3)
  void theHookMayNotBeExecuted() throws Exception {
    Path slot = hooks().resolve("qemu.d/50-hookbridge");
    Files.setPosixFilePermissions(slot, PosixFilePermissions.fromString("rw-r--r--"));
    try {
      Host.Ran ran =
          fails(
              doctor("--drivers=qemu,lxc"),
              "hook qemu: " + slot,
              "hook: there is none for lxc in " + hooks());
      assertThat(ran.output())
          .contains("it has no x bit: run 'hookbridge hooks install'")
          .contains("ok      test call: the distribution's hook took ");
    } finally {
      Files.setPosixFilePermissions(slot, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  @Order(4)
  void aFolderIsSomebodyElses() throws Exception {
    String folder = host.data.resolve("mail/tmp").toString();
    sh("chown", "daemon", folder);
    try {
      Host.Ran ran = doctor("--no-send");
      assertThat(ran.output())
          .contains("failure owners: " + folder + " belongs to user 1 and should to 65534: run '");
      assertThat(ran.exit()).isEqualTo(1);
    } finally {
      sh("chown", "nobody", folder);
    }
  }

  @Test
  @Order(5)
  void thereIsNoRoomForCalls() throws Exception {
    Path settings = host.data.resolve("etc/shim.conf");
    Files.writeString(settings, "reserve: 100%\n");
    try {
      Host.Ran ran = fails(doctor(), "room: ", "test call: ");
      assertThat(ran.output())
          .contains("calls are lost, make room on the disk of " + host.data.resolve("mail"))
          .contains("could not write its call: the last line of " + host.data.resolve("run/lost"));
    } finally {
      Files.delete(settings);
    }
  }

  @Test
  @Order(6)
  void whatIsOverAndWhatIsOffIsAWarning() throws Exception {
    succeeds(host.hookbridge("decisions", "off"));
    Host.Ran ran = doctor("--no-send");
    succeeds(host.hookbridge("decisions", "on"));
    assertThat(ran.exit()).as(ran.output()).isZero();
    assertThat(ran.output())
        .contains("warning decisions: are switched off by " + host.data.resolve("etc/gates.off"))
        .contains("warning losses: 1 calls were not written, the last one for errno 28 ");
    Files.delete(host.data.resolve("run/lost"));
  }

  @Test
  @Order(7)
  void whatABrokerSays() throws Exception {
    String other = "no-such-topic";
    Path file = configure("other.yaml", other, kafka.address(), rabbitmq.address());
    fails(doctor("--config=" + file), "sink feed: topic no-such-topic: is not there: make it with");

    String wrong = rabbitmq.address().replace("guest:guest", "guest:wrong");
    configure("other.yaml", "libvirt.hooks", "127.0.0.1:1", wrong);
    Host.Ran ran =
        fails(
            doctor("--config=" + file),
            "sink feed: brokers 127.0.0.1:1",
            "sink feed: ",
            "sink audit: broker ");
    assertThat(ran.output()).doesNotContain("wrong@").doesNotContain("test call");

    Files.writeString(file, "sink: {}\n");
    Host.Ran refused = fails(doctor("--config=" + file), "configuration: ");
    assertThat(refused.output()).contains("sinks");
    Files.delete(file);
  }

  @Test
  @Order(8)
  void aBrokerThatIsStoppedHoldsNothingUp() throws Exception {
    rabbitmq.pause();
    try {
      long begin = System.nanoTime();
      Host.Ran ran = fails(doctor(), "sink audit: ");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(60));
      assertThat(ran.output())
          .contains("hookbridge: looking at sink audit, 1 s")
          .containsPattern("ok {6}sink feed: test event: was read back within \\d+ ms");
    } finally {
      rabbitmq.resume();
    }
  }

  @Test
  @Order(9)
  void theAgentHangs() throws Exception {
    host.haltAgent();
    Host.Ran ran = doctor("--no-send");
    host.continueAgent();
    assertThat(ran.exit()).as(ran.output()).isEqualTo(1);
    assertThat(ran.output())
        .contains("failure agent: runs as process " + host.pid() + " and does not answer")
        .contains("restart it");
  }

  @Test
  @Order(10)
  void noAgentRuns() throws Exception {
    assertThat(host.stopAgent()).isZero();
    Host.Ran ran = fails(doctor(), "agent: none has this spool: start 'hookbridge agent'");
    assertThat(ran.output()).doesNotContain("test event");
    assertThat(host.data.resolve("spool")).isDirectoryNotContaining(DoctorIT::isRoots);
  }

  /** What waits for the disk cannot be ended, and is left behind. */
  @Test
  @Order(11)
  void theDiskIsFrozen() throws Exception {
    disk.freeze();
    try {
      long begin = System.nanoTime();
      Host.Ran ran = doctor("--no-send");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(90));
      assertThat(ran.exit()).as(ran.output()).isEqualTo(1);
      assertThat(ran.output())
          .contains("failure spool: gave no answer in 15 s")
          .contains("hookbridge: looking at spool, 1 s")
          .contains("ok      sink feed: topic libvirt.hooks: there");
    } finally {
      disk.thaw();
    }
  }
}
