package dev.hookbridge.it.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data folder that is not what it should be: commands say so in a sentence, hooks succeed. */
class DataFolderIT {
  private static final String NOBODY = "65534";

  @TempDir Path folder;
  private EventFile events;
  private Host host;

  @BeforeEach
  void install() throws IOException {
    Needs.root();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    events = new EventFile(folder.resolve("events.jsonl"));
    host = new Host(folder, "kvm-07", events.sink());
  }

  @AfterEach
  void end() {
    host.close();
  }

  private void hookSucceeds() throws Exception {
    new Hooks(host).fire("qemu", List.of("web1", "start", "begin", "-"), "<domain/>");
    new Hooks(host).fire("qemu", List.of("web1", "reconnect", "begin", "-"), "<domain/>");
  }

  private static void failsWith(Host.Ran ran, String... parts) {
    assertThat(ran.exit()).as(ran.output()).isEqualTo(1);
    assertThat(ran.output()).startsWith("hookbridge: ").hasLineCount(1).contains(parts);
  }

  private static void checkFails(Host.Ran ran, String... parts) {
    assertThat(ran.exit()).as(ran.output()).isEqualTo(1);
    List<String> failures =
        ran.output().lines().filter(line -> line.startsWith("failure")).toList();
    assertThat(String.join("\n", failures)).contains(parts);
  }

  private void agentDelivers(int calls) throws Exception {
    host.startAgent();
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .failFast(() -> assertThat(host.agentLives()).as(host.log()).isTrue())
        .until(() -> events.hooks().size() == calls);
    assertThat(host.stopAgent()).isZero();
  }

  @Test
  void aSignalInTheMiddleOfTheStartIsNoFailure() throws Exception {
    host.startAgent();
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(1))
        .until(() -> host.log().contains("events wait in the spool"));
    assertThat(host.stopAgent()).as(host.log()).isZero();
  }

  @Test
  void aMissingTrialFolderIsMadeByTheAgent() throws Exception {
    for (String name : List.of("mail", "spool", "run")) {
      Host.run(Duration.ofSeconds(5), "rm", "-r", host.data.resolve(name).toString());
    }
    hookSucceeds();
    assertThat(host.data.resolve("mail")).doesNotExist();
    checkFails(host.hookbridge("check"), "mail/new: is missing", "spool: is missing");
    host.startAgent();
    host.awaitReady();
    hookSucceeds();
    Awaitility.await().until(() -> events.hooks().size() == 2);
    assertThat(host.stopAgent()).isZero();
  }

  @Test
  void aMissingSpoolFolderOfATrialIsMade() throws Exception {
    Files.delete(host.data.resolve("spool"));
    hookSucceeds();
    checkFails(host.hookbridge("check"), "spool: is missing");
    agentDelivers(2);
  }

  @Test
  void aReadOnlyDisk() throws Exception {
    try (LoopMount disk = LoopMount.make(folder.resolve("ro"), "ext4", 32);
        Host onIt = new Host(disk.folder(), folder.resolve("ro.log"), "kvm-08", events.sink())) {
      disk.remount("ro");
      failsWith(onIt.hookbridge("agent"), disk.folder().toString(), "read-only", "mount it");
      checkFails(onIt.hookbridge("check"), "mail/new", "read-only");
      Hooks hooks = new Hooks(onIt);
      hooks.fire("qemu", List.of("web1", "start", "begin", "-"), "<domain/>");
      disk.remount("rw");
    }
  }

  @Test
  void memoryIsWarnedOfInATrial() throws Exception {
    try (LoopMount memory = LoopMount.ofMemory(folder.resolve("memory"));
        Host onIt = new Host(memory.folder(), folder.resolve("m.log"), "kvm-08", events.sink())) {
      Host.Ran checked = onIt.hookbridge("check");
      assertThat(checked.exit()).as(checked.output()).isZero();
      assertThat(checked.output()).containsPattern("warning file system of \\S+: tmpfs, .*ext4");
      new Hooks(onIt).fire("guest-0", 0);
      assertThat(memory.folder().resolve("mail/new")).isNotEmptyDirectory();
    }
  }

  @Test
  void anotherAgentHasIt() throws Exception {
    host.startAgent();
    host.awaitReady();
    failsWith(host.hookbridge("agent"), "Another agent", host.data + "/spool", "stop it");
    hookSucceeds();
    Awaitility.await().until(() -> events.hooks().size() == 2);
    assertThat(host.stopAgent()).isZero();
  }

  /** As root the agent becomes the owner of the spool, who here may not touch the mailbox. */
  @Test
  void theSpoolHasAnotherOwnerThanTheMailbox() throws Exception {
    Host.run(Duration.ofSeconds(5), "chown", NOBODY, host.data.resolve("spool").toString());
    failsWith(host.hookbridge("agent"), host.data.toString(), "run this as its owner");
    checkFails(host.hookbridge("check"), "mail/new: cannot be written by this user");
    hookSucceeds();
  }

  @Test
  void theFolderIsSomebodyElses() throws Exception {
    String[] nobody = {"setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"};
    failsWith(as(nobody, "agent"), host.data.toString(), "run this as its owner");
    checkFails(as(nobody, "check"), "mail/new: cannot be written by this user");
  }

  private Host.Ran as(String[] prefix, String command) throws IOException {
    List<String> words = new ArrayList<>(List.of(prefix));
    words.addAll(List.of(Host.DISTRIBUTION + "/bin/hookbridge", command));
    return Host.run(
        Duration.ofSeconds(60), host.environment(), words.toArray(new String[words.size()]));
  }

  /**
   * The system's folders, as an installation without layout.sh, or on a stateless host, has them.
   */
  @Test
  void theSystemsFoldersAreMissing() throws Exception {
    failsWith(installed("true", "agent"), "/var/lib/hookbridge/mail/new", "run layout.sh as root");
    checkFails(installed("true", "check"), "/var/lib/hookbridge/mail/new: is missing");
    String noSpool = "mkdir -p /var/lib/hookbridge/mail/new";
    failsWith(installed(noSpool, "agent"), "/var/lib/hookbridge/spool", "run layout.sh as root");
    Host.Ran hook = inPrivate("true", host.hook("qemu").toString(), "web1", "start", "begin", "-");
    assertThat(hook).isEqualTo(new Host.Ran(0, ""));
  }

  /** In a folder of his own he would switch off what no hook of this host asks. */
  @Test
  void userWithoutRootCannotSwitchDecisionsOff() throws Exception {
    Needs.command("setpriv");
    String made =
        "mkdir /run/u /run/w && mount -t overlay none"
            + " -o lowerdir=/etc,upperdir=/run/u,workdir=/run/w /etc"
            + " && mkdir -p /etc/hookbridge /var/lib/hookbridge/mail";
    Host.Ran off =
        inPrivate(
            made,
            "setpriv",
            "--reuid=" + NOBODY,
            "--regid=" + NOBODY,
            "--clear-groups",
            "env",
            "USER=nobody",
            "HOME=/tmp",
            Host.DISTRIBUTION + "/bin/hookbridge",
            "decisions",
            "off");
    assertThat(off.exit()).as(off.output()).isEqualTo(1);
    assertThat(off.output())
        .isEqualTo(
            "hookbridge: /etc/hookbridge/gates.off: no permission; run this as its owner or as"
                + " root\n");
  }

  /** A trial's switch is not the host's, and who throws it must not believe so. */
  @Test
  void aTrialsSwitchSaysWhoseItIs() throws Exception {
    Host.Ran off =
        inPrivate(
            "mkdir -p /var/lib/hookbridge/mail",
            "env",
            "HOOKBRIDGE_DATA_DIR=" + host.data,
            Host.DISTRIBUTION + "/bin/hookbridge",
            "decisions",
            "off");
    assertThat(off.exit()).as(off.output()).isZero();
    assertThat(off.output())
        .contains("for the trial in " + host.data + " only")
        .contains("this host's own hooks use /var/lib/hookbridge");
  }

  @Test
  void memoryIsRefusedForTheSystem() throws Exception {
    String made = "cd /var/lib && mkdir -p hookbridge/mail/new hookbridge/spool";
    checkFails(installed(made, "check"), "/var/lib/hookbridge: tmpfs", "use ext4 or xfs");
  }

  private Host.Ran installed(String made, String command) throws IOException {
    String config = host.data.resolve("etc/hookbridge.yaml").toString();
    return inPrivate(made, Host.DISTRIBUTION + "/bin/hookbridge", command, "--config", config);
  }

  /** Runs a command for which the system's data and runtime folders are empty, in memory. */
  private static Host.Ran inPrivate(String made, String... command) throws IOException {
    String mounts = "mount -t tmpfs none /var/lib && mount -t tmpfs none /run && ";
    List<String> words = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c"));
    words.addAll(List.of(mounts + "(" + made + ") && exec \"$@\"", "sh"));
    words.addAll(List.of(command));
    return Host.run(Duration.ofSeconds(60), words.toArray(new String[words.size()]));
  }
}
