package dev.hookbridge.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
  @TempDir static Path folder;
  private static Patient patient;
  private static Host host;

  @BeforeAll
  static void start() throws Exception {
    Patient.prerequisites(folder);
    patient = new Patient(folder);
    host = patient.host;
  }

  @AfterAll
  static void end() {
    if (patient != null) {
      patient.close();
    }
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
    Host.Ran ran = patient.doctor();
    assertThat(ran.exit()).as(ran.output()).isZero();
    // A busy machine is shown progress as well.
    assertThat(ran.output().lines().filter(line -> !line.matches("(ok |hookbridge: looking ).*")))
        // The broker has no ACLs, so everybody may decide, and no policy bounds the queue.
        .allMatch(
            line ->
                line.startsWith("warning clock: ") // a machine without systemd cannot check it
                    || line.startsWith("warning sink feed: topic libvirt.decisions.replies: ")
                    || line.startsWith("warning sink audit: queue libvirt.hooks: has no limit "));
    assertThat(ran.output())
        .contains("ok      libvirt: libvirtd (pid ")
        .contains("ok      hook qemu: " + patient.hooks())
        .contains("ok      hook network: ")
        .contains("ok      owners: ")
        .contains("ok      configuration: read as user 65534, 2 sinks, host kvm-07.example.org")
        .contains("ok      agent: runs as process " + host.pid() + " and answers")
        .contains("ok      gate: agent alive")
        .contains(
            "ok      test call: " + patient.hooks().resolve("qemu.d/50-hookbridge") + " took ")
        .containsPattern("ok {6}sink feed: test event: was read back within \\d+ ms")
        .containsPattern("ok {6}sink audit: test event: was read back within \\d+ ms")
        .contains(" clock: ");
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
    Host.Ran ran = patient.doctor("--json", "--no-send");
    String line = ran.output().lines().filter(each -> each.startsWith("{")).findFirst().orElse("");
    JsonNode document = Consumer.JSON.readTree(line);
    assertThat(document.get("level").asText()).isIn("ok", "warning");
    assertThat(document.get("checks")).hasSizeGreaterThan(15);
    assertThat(document.get("checks"))
        .allMatch(check -> check.has("level") && check.has("what") && check.has("message"));
    assertThat(ran.output()).doesNotContain("test event");
  }

  @Test
  @Order(3)
  void theHookMayNotBeExecuted() throws Exception {
    Path slot = patient.hooks().resolve("qemu.d/50-hookbridge");
    Files.setPosixFilePermissions(slot, PosixFilePermissions.fromString("rw-r--r--"));
    try {
      Host.Ran ran =
          fails(
              patient.doctor("--drivers=qemu,lxc"),
              "hook qemu: " + slot,
              "hook: there is none for lxc in " + patient.hooks());
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
    String folder = host.data.resolve("mail/new").toString();
    Patient.sh("chown", "daemon", folder);
    try {
      Host.Ran ran = patient.doctor("--no-send");
      assertThat(ran.output())
          .contains("failure owners: " + folder + " belongs to user 1 and should to 65534: run '");
      assertThat(ran.exit()).isEqualTo(1);
    } finally {
      Patient.sh("chown", "nobody", folder);
    }
  }

  @Test
  @Order(5)
  void thereIsNoRoomForCalls() throws Exception {
    Path settings = host.data.resolve("etc/shim.conf");
    Files.writeString(settings, "reserve: 100%\n");
    try {
      Host.Ran ran = fails(patient.doctor(), "room: ", "test call: ");
      assertThat(ran.output())
          .contains("calls are lost; free space on the disk of " + host.data.resolve("mail"))
          .contains("could not write its call: the last line of " + host.data.resolve("run/lost"));
    } finally {
      Files.delete(settings);
    }
  }

  @Test
  @Order(6)
  void expiredAndSwitchedOffRulesAreWarnings() throws Exception {
    Patient.succeeds(host.hookbridge("decisions", "off"));
    Host.Ran ran = patient.doctor("--no-send");
    Patient.succeeds(host.hookbridge("decisions", "on"));
    assertThat(ran.exit()).as(ran.output()).isZero();
    assertThat(ran.output())
        .contains("warning decisions: are switched off by " + host.data.resolve("etc/gates.off"))
        .contains("warning losses: 1 calls could not be written; the last error was errno 28 ");
    Files.delete(host.data.resolve("run/lost"));
  }

  @Test
  @Order(7)
  void brokersErrorIsReported() throws Exception {
    String other = "no-such-topic";
    Path file =
        patient.configure("other.yaml", other, patient.kafka.address(), patient.rabbitmq.address());
    fails(
        patient.doctor("--config=" + file),
        "sink feed: topic no-such-topic: is not there: make it with");

    String wrong = patient.rabbitmq.address().replace("guest:guest", "guest:wrong");
    patient.configure("other.yaml", "libvirt.hooks", "127.0.0.1:1", wrong);
    Host.Ran ran =
        fails(
            patient.doctor("--config=" + file),
            "sink feed: brokers 127.0.0.1:1",
            "sink feed: bootstrap.servers: nothing listens at 127.0.0.1:1",
            "sink feed: ",
            "sink audit: broker ");
    assertThat(ran.output()).doesNotContain("wrong@").doesNotContain("test call");

    Files.writeString(file, "sink: {}\n");
    Host.Ran refused = fails(patient.doctor("--config=" + file), "configuration: ");
    assertThat(refused.output()).contains("sinks");
    Files.delete(file);
  }

  @Test
  @Order(8)
  void aBrokerThatIsStoppedHoldsNothingUp() throws Exception {
    patient.rabbitmq.pause();
    try {
      Host.Ran ran = fails(patient.doctor(), "sink audit: broker ", "sink audit: uri: 127.0.0.1:");
      assertThat(ran.output())
          .contains("hookbridge: looking at sink audit, 1 s")
          .containsPattern("ok {6}sink feed: test event: was read back within \\d+ ms");
    } finally {
      patient.rabbitmq.resume();
    }
  }

  @Test
  @Order(9)
  void theAgentHangs() throws Exception {
    host.haltAgent();
    Host.Ran ran = patient.doctor("--no-send");
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
    Host.Ran ran =
        fails(patient.doctor(), "agent: no agent uses this spool: start 'hookbridge agent'");
    assertThat(ran.output()).doesNotContain("test event");
    assertThat(host.data.resolve("spool")).isDirectoryNotContaining(DoctorIT::isRoots);
  }

  /** What waits for the disk cannot be ended, and is left behind. */
  @Test
  @Order(11)
  void theDiskIsFrozen() throws Exception {
    patient.disk.freeze();
    try {
      Host.Ran ran = patient.doctor("--no-send");
      assertThat(ran.exit()).as(ran.output()).isEqualTo(1);
      assertThat(ran.output())
          .contains("failure spool: no answer within 15 s")
          .contains("hookbridge: looking at spool, 1 s")
          .contains("ok      sink feed: topic libvirt.hooks: there");
    } finally {
      patient.disk.thaw();
    }
  }
}
