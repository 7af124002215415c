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

/** Debian 13 with AppArmor, as it is installed: one host, one step of its life a test. */
@Tag("hosts")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostsApparmorIT {
  private static final String SLOT = "/etc/libvirt/hooks/qemu.d/50-hookbridge";
  private static final String QEMU = "pgrep -f guest=guest";
  private static final String SOCKETS = "libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket";
  private static final String LOCAL = "/etc/apparmor.d/local/usr.sbin.libvirtd";
  private static final String LOAD = "apparmor_parser -r /etc/apparmor.d/usr.sbin.libvirtd";
  private static BootedHost host;
  private static HostEvents events;

  @BeforeAll
  static void boot(@TempDir Path folder) throws Exception {
    host = Packages.boot(folder, BootedHost.Security.APPARMOR);
    events = new HostEvents(host);
    host.done("sh /root/define");
  }

  @AfterAll
  static void end() throws Exception {
    if (host != null) {
      host.close();
    }
  }

  /** The image has no Java but 25, and no network. */
  @Test
  @Order(1)
  void packageIsInstalledWithTheOnlyJavaThereIs() throws Exception {
    host.done("dpkg -i /root/hookbridge.deb");
    assertThat(host.done("dpkg -l | grep -c 'openjdk-.*-jre-headless'")).isEqualTo("1\n");
    host.await("the agent", "hookbridge spool status");
  }

  @Test
  @Order(2)
  void hookIsTestedInTheProfileOfADaemonThatDoesNotRun() throws Exception {
    // The agent listens to libvirt, so its socket would start the daemon.
    host.done("systemctl stop hookbridge");
    host.done("systemctl stop " + SOCKETS + " libvirtd && systemctl start " + SOCKETS);
    host.done("echo 'deny /etc/libvirt/hooks/** x,' >>" + LOCAL + " && " + LOAD);
    BootedHost.Said refused = host.run("hookbridge hooks install");
    assertThat(refused.exit()).as(refused.text()).isEqualTo(1);
    assertThat(refused.text()).contains("run in the daemon's domain, fails its self-test");
    assertThat(host.done("find /etc/libvirt/hooks -name '*hookbridge*'")).isEmpty();
    assertThat(host.run("systemctl is-active libvirtd").text()).isEqualTo("inactive\n");
    host.done("sed -i '/libvirt.hooks/d' " + LOCAL + " && " + LOAD);
    assertThat(host.done("hookbridge hooks install")).doesNotContain("warning");
    host.done("systemctl start hookbridge");
  }

  @Test
  @Order(3)
  void guestNetworkAndContainerStart() throws Exception {
    host.done("systemctl start libvirtd && virsh net-start lab && virsh start guest");
    assertThat(host.done("cat /proc/$(pgrep -x libvirtd)/attr/current"))
        .isEqualTo("libvirtd (enforce)\n");
    events.await("guest", "qemu.started", 1);
    events.await("lab", "network.port-created", 1);
    host.done("virsh -c lxc:///system start box");
    events.await("box", "lxc.started", 1);
    host.done("virsh -c lxc:///system destroy box");
    events.await("box", "lxc.release", 1);
  }

  @Test
  @Order(4)
  void guestIsSavedRestoredAndSurvivesARestartOfLibvirtd() throws Exception {
    host.done("virsh managedsave guest && virsh start guest");
    events.await("guest", "qemu.restore", 1);
    String before = host.done(QEMU);
    host.done("systemctl restart libvirtd && virsh list");
    events.await("guest", "qemu.reconnect", 1);
    assertThat(host.done(QEMU)).isEqualTo(before);
    assertThat(host.done("journalctl -k | grep -a 'apparmor=.DENIED.*hook' || :")).isEmpty();
  }

  /** What a hook has returned for is on the disk; what only the page cache had is gone. */
  @Test
  @Order(5)
  void powerFailureLosesNoCall() throws Exception {
    host.done("systemctl stop hookbridge && sync");
    host.done("virsh destroy guest && virsh start guest && virsh destroy guest");
    host.done("echo unsynced >/root/unsynced");
    host.cut();
    assertThat(host.run("cat /root/unsynced").text()).doesNotContain("unsynced\n");
    events.await("guest", "qemu.stopped", 3);
    events.await("guest", "qemu.started", 3);
    assertThat(host.done("cat /run/hookbridge/lost 2>/dev/null || :")).isEmpty();
  }

  @Test
  @Order(6)
  void gracefulRebootTellsOfTheGuestsEnd() throws Exception {
    host.done(
        "printf 'ON_SHUTDOWN=shutdown\\nON_BOOT=ignore\\nSHUTDOWN_TIMEOUT=600\\n'"
            + " >/etc/default/libvirt-guests && systemctl enable --now libvirt-guests");
    host.done(
        "virsh net-autostart lab; virsh net-start lab; virsh autostart guest; virsh start guest");
    events.await("guest", "qemu.started", 4);
    host.reboot();
    events.await("guest", "qemu.release", 4);
    host.await("libvirtd", "virsh list --name | grep guest");
    events.await("guest", "qemu.started", 5);
  }

  /** A data folder on a disk of its own that takes its time. */
  @Test
  @Order(7)
  void diskThatIsMountedLateGetsEveryCall() throws Exception {
    host.write(
        """
        [Unit]
        DefaultDependencies=no
        Before=local-fs.target
        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/sleep 30
        """,
        "/etc/systemd/system/slow.service");
    host.done("virsh destroy guest");
    host.done(
        "systemctl stop hookbridge && truncate -s 256M /srv/data.img && mke2fs -qF -t ext4 /srv/data.img");
    host.done("mount /srv/data.img /mnt && cp -a /var/lib/hookbridge/. /mnt && umount /mnt");
    host.done("rm -rf /var/lib/hookbridge/* && systemctl daemon-reload");
    host.done(
        "echo '/srv/data.img /var/lib/hookbridge ext4 loop,x-systemd.requires=slow.service 0 0'"
            + " >>/etc/fstab");
    host.reboot();
    events.await("guest", "qemu.started", 6);
    host.done("mountpoint /var/lib/hookbridge && mount --bind / /mnt");
    assertThat(host.done("ls /mnt/var/lib/hookbridge; umount /mnt")).isEmpty();
  }

  @Test
  @Order(8)
  void stepOfTheClockChangesNoOrder() throws Exception {
    String number = "tail -n 1 /var/log/hookbridge/events.jsonl | grep -o '\"sequence\":\"[0-9]*'";
    String first = host.done(number);
    host.done("date -s '-1 day' && virsh destroy guest && date -s '+2 days' && virsh start guest");
    events.await("guest", "qemu.started", 7);
    assertThat(host.done(number)).isGreaterThan(first);
    assertThat(host.done("cat /run/hookbridge/lost 2>/dev/null || :")).isEmpty();
    assertThat(host.done("systemctl is-active hookbridge")).isEqualTo("active\n");
  }

  @Test
  @Order(9)
  void upgradeAndRemovalHurtNoGuest() throws Exception {
    String before = host.done(QEMU);
    host.done("printf older >>" + SLOT + " && dpkg -i /root/hookbridge.deb");
    host.done("cmp " + SLOT + " /usr/libexec/hookbridge/hookbridge-hook");
    host.done("systemctl restart libvirtd && virsh list");
    events.await("guest", "qemu.reconnect", 2);
    host.done("dpkg -r hookbridge");
    assertThat(host.done("find /etc/libvirt/hooks -name '*hookbridge*'")).isEmpty();
    host.done("systemctl restart libvirtd && virsh list");
    assertThat(host.done(QEMU)).isEqualTo(before);
  }
}
