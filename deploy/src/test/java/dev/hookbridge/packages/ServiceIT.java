package dev.hookbridge.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The life of the Debian package on a machine with a running systemd: one machine, one step of its
 * life a test.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServiceIT {
  private static final String EVENTS = "/var/log/hookbridge/events.jsonl";
  private static final String SLOT = "/etc/libvirt/hooks/qemu.d/50-hookbridge";
  private static final String PID = "$(systemctl show -p MainPID --value hookbridge)";
  private static final String GUESTS =
      "systemctl is-active guest && systemctl is-active libvirt-stand-in";
  private static Machine machine;

  @BeforeAll
  static void boot(@TempDir Path folder) throws Exception {
    Needs.command("dpkg-deb");
    Path in = Files.createDirectory(folder.resolve("in"));
    Files.copy(Built.deb(), in.resolve("new.deb"));
    Files.copy(Built.runtimeDeb(), in.resolve("runtime.deb"));
    Older.of(Built.deb(), folder.resolve("older"), in.resolve("old.deb"));
    for (String script : new String[] {"calls", "guests"}) {
      Files.copy(
          Repository.file("deploy/src/test/resources/packages/" + script),
          in.resolve(script),
          StandardCopyOption.COPY_ATTRIBUTES);
    }
    machine = Machine.booted(folder);
    machine.done("sh /root/in/guests");
  }

  @AfterAll
  static void end() throws Exception {
    if (machine != null) {
      machine.close();
    }
  }

  @Test
  @Order(1)
  void anInstallationRunsAndTakesHooksIn() throws Exception {
    machine.done("dpkg -i /root/in/runtime.deb /root/in/old.deb");
    assertThat(machine.done("systemctl is-active hookbridge")).isEqualTo("active\n");
    assertThat(machine.done("systemctl is-enabled hookbridge")).isEqualTo("enabled\n");
    assertThat(machine.done("stat -c %U /proc/" + PID)).isEqualTo("hookbridge\n");
    assertThat(machine.done("find /etc/libvirt -name '*hookbridge*'")).isEmpty();
    machine.done("hookbridge hooks install --drivers qemu");
    machine.done("echo '<domain/>' | " + SLOT + " web1 started begin -");
    machine.await("its event", "grep -q '\"subject\":\"web1\"' " + EVENTS);
    machine.done("hookbridge spool status");
  }

  @Test
  @Order(2)
  void itIsConfinedAsFarAsTheDocumentsSay() throws Exception {
    String status = machine.done("cat /proc/" + PID + "/status");
    assertThat(status).containsPattern("CapBnd:\\s+0+\n").containsPattern("CapEff:\\s+0+\n");
    assertThat(status).containsPattern("NoNewPrivs:\\s+1\n").containsPattern("Seccomp:\\s+2\n");
    machine.done("systemd-analyze verify /usr/lib/systemd/system/hookbridge.service");
    String judged =
        machine.done(
            "systemd-analyze security --offline=true --no-pager"
                + " /usr/lib/systemd/system/hookbridge.service");
    Matcher figure = Pattern.compile("exposure level for .*: ([0-9.]+) ").matcher(judged);
    assertThat(figure.find()).as(judged).isTrue();
    String page = Files.readString(Repository.file("docs/packages.md"));
    Matcher promised = Pattern.compile("exposure level of (\\d\\.\\d)").matcher(page);
    assertThat(promised.find()).isTrue();
    assertThat(Double.parseDouble(figure.group(1)))
        .isLessThanOrEqualTo(Double.parseDouble(promised.group(1)));
  }

  @Test
  @Order(3)
  void theJournalHasALineATimeAndNoSecondOne() throws Exception {
    String journal = machine.done("journalctl --no-pager -o cat -u hookbridge");
    assertThat(journal).contains("INFO hookbridge ").doesNotContainPattern("(?m)^\\d\\d:\\d\\d:");
  }

  @Test
  @Order(4)
  void foldersAreMadeAgainAtBootWithTheSameOwners() throws Exception {
    String look =
        "stat -c '%n %a %U' /run/hookbridge /var/lib/hookbridge /var/lib/hookbridge/*"
            + " /var/lib/hookbridge/mail/* /var/log/hookbridge /etc/hookbridge";
    machine.done("test -s /run/hookbridge/agent/high-water");
    String before = machine.done(look);
    assertThat(before).contains("/var/lib/hookbridge/spool 700 hookbridge\n");
    machine.done("rm -r /run/hookbridge && systemd-tmpfiles --create hookbridge.conf");
    assertThat(machine.done(look)).isEqualTo(before);
    // A unit that is not there has no drop-ins, and libvirt need not be installed here.
    machine.done(
        "printf '[Service]\\nExecStart=/bin/true\\n' >/etc/systemd/system/libvirtd.service;"
            + " systemctl daemon-reload");
    assertThat(machine.done("systemctl show -p RequiresMountsFor --value libvirtd.service"))
        .contains("/var/lib/hookbridge");
    machine.done("rm /etc/systemd/system/libvirtd.service; systemctl daemon-reload");
  }

  /** Guests run, others start and stop all the time. */
  @Test
  @Order(5)
  void anUpgradeLosesNothingAndHurtsNobody(@TempDir Path out) throws Exception {
    machine.done("echo '# mine' >>/etc/hookbridge/hookbridge.yaml");
    String config = machine.done("cat /etc/hookbridge/hookbridge.yaml");
    String slot = machine.done("sha256sum " + SLOT);
    String pid = machine.done("echo " + PID);
    Process calls = machine.start("exec sh /root/in/calls " + SLOT, out.resolve("calls"));
    machine.await("calls", "test $(cat /root/calls) -gt 3");
    machine.done("dpkg --force-confdef --force-confold -i /root/in/new.deb");
    machine.done("touch /root/stop");
    assertThat(calls.waitFor()).isZero();
    assertThat(Files.readString(out.resolve("calls"))).isEmpty();
    machine.await(
        "the event of every call",
        "test $(grep -o '\"subject\":\"g[0-9]*\"' "
            + EVENTS
            + " | sort -u | wc -l) -eq $(cat /root/calls)");
    assertThat(machine.done("cat /etc/hookbridge/hookbridge.yaml")).isEqualTo(config);
    assertThat(machine.done("sha256sum " + SLOT)).isNotEqualTo(slot);
    machine.done("cmp " + SLOT + " /usr/libexec/hookbridge/hookbridge-hook");
    assertThat(machine.done("echo " + PID)).isNotEqualTo(pid).isNotEqualTo("0\n");
    machine.done(GUESTS);
  }

  @Test
  @Order(6)
  void itRunsOnItsOwnRuntimeWithAnArchiveForIt() throws Exception {
    assertThat(machine.done("readlink /proc/" + PID + "/exe"))
        .isEqualTo("/usr/lib/hookbridge/runtime/bin/java\n");
    assertThat(machine.done("cat /proc/" + PID + "/maps")).contains("hookbridge.jsa");
  }

  /** The archive is that of another JVM then: the service makes one for it, by itself. */
  @Test
  @Order(7)
  void anotherJavaGetsItsArchive() throws Exception {
    String archive = "stat -c '%i %Y' /usr/lib/hookbridge/lib/hookbridge.jsa";
    String before = machine.done(archive);
    String java = System.getProperty("java.home");
    machine.done("echo JAVA_HOME=" + java + " >/etc/default/hookbridge");
    machine.done("systemctl restart hookbridge");
    machine.done("systemctl start hookbridge-archive"); // waits for the one that has begun
    assertThat(machine.done(archive)).isNotEqualTo(before);
    assertThat(machine.done("journalctl --no-pager -o cat -u hookbridge"))
        .contains("hookbridge.jsa does not belong to " + java);
    machine.done("systemctl restart hookbridge");
    machine.done(
        "for i in $(seq 300); do grep -q jsa /proc/" + PID + "/maps && break; sleep 0.2; done");
    assertThat(machine.done("readlink /proc/" + PID + "/exe")).startsWith(java);
    assertThat(machine.done("cat /proc/" + PID + "/maps")).contains("hookbridge.jsa");
  }

  @Test
  @Order(8)
  void archiveThatIsNeverFinishedHoldsNobodyUp() throws Exception {
    String dropIn = "/run/systemd/system/hookbridge-archive.service.d";
    machine.done("mkdir -p " + dropIn);
    machine.done(
        "printf '[Service]\nExecStart=\nExecStart=/bin/sleep 600\n' >" + dropIn + "/x.conf");
    machine.done("systemctl daemon-reload && systemctl restart hookbridge");
    machine.done("systemctl is-active hookbridge");
    assertThat(machine.run("systemctl is-active hookbridge-archive").text())
        .isEqualTo("activating\n");
    machine.done("systemctl stop hookbridge-archive && rm -r " + dropIn);
    machine.done("systemctl daemon-reload");
  }

  /** As under SELinux, whose domain for package scripts lets no Java run. */
  @Test
  @Order(9)
  void aRemovalTakesTheHooksAndLeavesTheConfiguration() throws Exception {
    machine.done("chmod a-x /usr/lib/hookbridge/runtime/bin/java");
    machine.done("JAVA_HOME=/nowhere dpkg -r hookbridge");
    machine.done("chmod a+x /usr/lib/hookbridge/runtime/bin/java");
    machine.done(GUESTS);
    assertThat(machine.done("find /etc/libvirt/hooks")).isEqualTo("/etc/libvirt/hooks\n");
    assertThat(machine.run("systemctl is-active hookbridge").text()).isEqualTo("inactive\n");
    machine.done("grep -q mine /etc/hookbridge/hookbridge.yaml && test -s " + EVENTS);
    assertThat(machine.done("find /usr/lib/hookbridge -name '*.jsa*'")).isEmpty();
  }

  @Test
  @Order(10)
  void aPurgeLeavesNothing() throws Exception {
    machine.done("rm /etc/default/hookbridge && dpkg -P hookbridge hookbridge-runtime");
    assertThat(machine.done(Machine.LEFT)).isEmpty();
    assertThat(machine.run("id hookbridge").exit()).isNotZero();
  }
}
