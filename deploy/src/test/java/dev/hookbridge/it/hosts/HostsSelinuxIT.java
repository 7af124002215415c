package dev.hookbridge.it.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.machine.BootedHost;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Debian 13 with SELinux enforcing from its boot on: one host, one step of its life a test. */
@Tag("hosts")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostsSelinuxIT {
  private static final String SLOT = "/etc/libvirt/hooks/qemu.d/50-hookbridge";
  private static final String QEMU = "pgrep -f guest=guest";
  private static final String DENIED =
      "grep -a type=AVC /var/log/audit/audit.log | grep -a 'context=[a-z_:]*hookbridge' || :";
  private static BootedHost host;
  private static HostEvents events;

  @BeforeAll
  static void boot(@TempDir Path folder) throws Exception {
    host = Packages.boot(folder, BootedHost.Security.ENFORCING);
    events = new HostEvents(host);
    assertThat(host.done("getenforce")).isEqualTo("Enforcing\n");
    // Debian's policy lets no guest of QEMU into its mount namespace, whatever hooks there are.
    host.done("echo 'namespaces = []' >>/etc/libvirt/qemu.conf && systemctl restart libvirtd");
    host.done("sh /root/define");
  }

  @AfterAll
  static void end() throws Exception {
    if (host != null) {
      host.close();
    }
  }

  @Test
  @Order(1)
  void packageLoadsItsPolicyAndTheAgentIsConfined() throws Exception {
    host.done("dpkg -i /root/hookbridge.deb");
    assertThat(host.done("semodule -l")).contains("hookbridge\n");
    host.await("the agent", "hookbridge spool status");
    assertThat(host.done("ps -o label= -p $(systemctl show -p MainPID --value hookbridge)"))
        .contains(":hookbridge_t:");
    assertThat(host.done("stat -c %C /var/lib/hookbridge/mail/new /run/hookbridge/agent"))
        .contains(":hookbridge_var_lib_t:", ":hookbridge_run_t:");
  }

  @Test
  @Order(2)
  void hooksAreInstalledWithTheirLabel() throws Exception {
    BootedHost.Said said = host.run("hookbridge hooks install --reload");
    assertThat(said.exit()).as(said.text()).isZero();
    assertThat(said.text()).doesNotContain("warning");
    assertThat(host.done("stat -c %C " + SLOT)).contains(":hookbridge_hook_exec_t:");
    assertThat(host.done("restorecon -nvR /etc/libvirt/hooks /var/lib/hookbridge /run/hookbridge"))
        .isEmpty();
  }

  @Test
  @Order(3)
  void guestStartsAndItsEventsArrive() throws Exception {
    host.done("virsh net-start lab && virsh start guest");
    events.await("guest", "qemu.started", 1);
    events.await("guest", "domain.started", 1);
    events.await("lab", "network.port-created", 1);
  }

  /** The hook {@code reconnect} fails a guest that it may not run for. */
  @Test
  @Order(4)
  void runningGuestSurvivesARestartOfLibvirtd() throws Exception {
    String before = host.done(QEMU);
    host.done("systemctl restart libvirtd && virsh list");
    events.await("guest", "qemu.reconnect", 1);
    assertThat(host.done(QEMU)).isEqualTo(before);
  }

  @Test
  @Order(5)
  void hookAsksTheAgentThroughItsSocket() throws Exception {
    host.done("cp /etc/hookbridge/hookbridge.yaml /root/before");
    host.write(
        """
        host: host.example.org
        sinks:
          local: { type: file, path: /var/log/hookbridge/events.jsonl }
          feed: { type: amqp, uri: "amqp://127.0.0.1:1", exchange: e }
        decisions:
          - { name: nobody, when: qemu.prepare.begin, object: vetoed, via: feed, timeout: 5s, on-timeout: veto,
              on-error: veto, on-agent-absent: allow }
        """,
        "/etc/hookbridge/hookbridge.yaml");
    host.done("systemctl restart hookbridge");
    host.await("the rules", "hookbridge decisions status | grep nobody");
    host.done(
        "sed s/guest/vetoed/ /root/guest.xml >/root/vetoed.xml && virsh define /root/vetoed.xml");
    BootedHost.Said vetoed = host.run("virsh start vetoed");
    assertThat(vetoed.exit()).as(vetoed.text()).isNotZero();
    assertThat(vetoed.text()).contains("nobody");
    host.done("cp /root/before /etc/hookbridge/hookbridge.yaml && systemctl restart hookbridge");
  }

  @Test
  @Order(6)
  void wrongLabelIsSaidBeforeItCostsAGuest() throws Exception {
    host.done("chcon -t user_home_t " + SLOT);
    BootedHost.Said status = host.run("hookbridge hooks status");
    assertThat(status.text())
        .contains("no, SELinux does not allow libvirtd", "user_home_t", "restorecon -RF " + SLOT);
    host.done("setenforce 0");
    status = host.run("hookbridge hooks status");
    host.done("setenforce 1");
    assertThat(status.text())
        .contains("warning: SELinux does not allow libvirtd", "now permissive");
    host.done("hookbridge hooks install");
    assertThat(host.done("stat -c %C " + SLOT)).contains(":hookbridge_hook_exec_t:");
  }

  @Test
  @Order(7)
  void upgradeKeepsLabelsAndGuests() throws Exception {
    String before = host.done(QEMU);
    host.done("printf older >>/etc/libvirt/hooks/qemu.d/50-hookbridge");
    host.done("dpkg -i /root/hookbridge.deb");
    host.done("cmp " + SLOT + " /usr/libexec/hookbridge/hookbridge-hook");
    host.done("restorecon -R /etc /usr/lib/hookbridge /var/lib/hookbridge");
    assertThat(host.done("stat -c %C " + SLOT)).contains(":hookbridge_hook_exec_t:");
    host.done("systemctl restart libvirtd && virsh list");
    events.await("guest", "qemu.reconnect", 2);
    assertThat(host.done(QEMU)).isEqualTo(before);
  }

  @Test
  @Order(8)
  void policyDeniesNothingThatIsNeeded() throws Exception {
    assertThat(host.done(DENIED)).isEmpty();
  }

  @Test
  @Order(9)
  void removalTakesHooksAndPolicyAndNoGuest() throws Exception {
    String before = host.done(QEMU);
    host.done("dpkg -r hookbridge");
    assertThat(host.done("find /etc/libvirt/hooks -name '*hookbridge*'")).isEmpty();
    assertThat(host.done("semodule -l")).doesNotContain("hookbridge");
    host.done("systemctl restart libvirtd && virsh list");
    assertThat(host.done(QEMU)).isEqualTo(before);
  }
}
