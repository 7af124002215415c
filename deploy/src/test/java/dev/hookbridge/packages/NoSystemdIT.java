package dev.hookbridge.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both kinds of package where no systemd runs, as in a chroot in which an image is made. */
class NoSystemdIT {
  private static final String SLOT = "/etc/libvirt/hooks/lxc.d/50-hookbridge";
  private static final String EVENTS = "/var/log/hookbridge/events.jsonl";
  @TempDir Path folder;
  private Machine machine;

  @BeforeEach
  void make() throws IOException {
    Path in = Files.createDirectory(folder.resolve("in"));
    Files.copy(Built.deb(), in.resolve("hookbridge.deb"));
    Files.copy(Built.rpm(), in.resolve("hookbridge.rpm"));
    Files.copy(Built.runtimeDeb(), in.resolve("runtime.deb"));
    Files.copy(Built.runtimeRpm(), in.resolve("runtime.rpm"));
    Files.copy(Repository.file("deploy/src/test/resources/packages/agent"), in.resolve("agent"));
    machine = Machine.plain(folder);
    machine.done("printf '#!/bin/sh\\necho \"libvirtd (libvirt) 9.0.0\"\\n' >/usr/sbin/libvirtd");
    machine.done("chmod +x /usr/sbin/libvirtd");
  }

  @AfterEach
  void end() throws IOException {
    if (machine != null) {
      machine.close();
    }
  }

  @Test
  void theDebianPackage() throws Exception {
    machine.done("dpkg -i /root/in/runtime.deb /root/in/hookbridge.deb");
    machine.done("test -L /etc/systemd/system/multi-user.target.wants/hookbridge.service");
    takesHooksIn();
    machine.done("dpkg -r hookbridge");
    assertThat(machine.done("find /etc/libvirt/hooks")).isEqualTo("/etc/libvirt/hooks\n");
    machine.done("test -e /etc/hookbridge/hookbridge.yaml && test -s " + EVENTS);
    machine.done("dpkg -P hookbridge hookbridge-runtime");
    assertThat(machine.done(Machine.LEFT)).isEmpty();
  }

  /** On a fresh machine the manager may answer nothing yet. */
  @Test
  void packageIsConfiguredWhileTheManagerAnswersNothing() throws Exception {
    machine.done("mkdir -p /run/systemd/system");
    machine.done("printf '#!/bin/sh\\nexit 1\\n' >/usr/local/bin/systemctl");
    machine.done("chmod +x /usr/local/bin/systemctl");
    machine.done("dpkg -i /root/in/runtime.deb /root/in/hookbridge.deb");
    machine.done("hookbridge --version");
    machine.done("dpkg -P hookbridge hookbridge-runtime");
    assertThat(machine.done(Machine.LEFT)).isEmpty();
  }

  @Test
  void theRpm() throws Exception {
    Needs.command("rpm");
    // This machine's own package manager knows nothing that another's could depend on.
    String rpm = "rpm --nodeps --dbpath /var/lib/rpm-test ";
    machine.done(rpm + "-i /root/in/runtime.rpm /root/in/hookbridge.rpm");
    takesHooksIn();
    machine.done("echo '# mine' >>/etc/hookbridge/hookbridge.yaml");
    machine.done("printf older >>/usr/libexec/hookbridge/hookbridge-hook");
    machine.done("hookbridge hooks install --drivers lxc");
    machine.done(rpm + "-U --replacepkgs /root/in/hookbridge.rpm");
    machine.done("cmp " + SLOT + " /usr/libexec/hookbridge/hookbridge-hook");
    machine.done("grep -q mine /etc/hookbridge/hookbridge.yaml");
    machine.done(rpm + "-e hookbridge hookbridge-runtime");
    assertThat(machine.done("find /etc/libvirt/hooks")).isEqualTo("/etc/libvirt/hooks\n");
    machine.done("grep -q mine /etc/hookbridge/hookbridge.yaml.rpmsave && test -s " + EVENTS);
    assertThat(machine.done("find /usr -name '*hookbridge*'")).isEmpty();
  }

  /** The agent as root starts it, which becomes its user, on the package's own Java. */
  private void takesHooksIn() throws IOException {
    assertThat(machine.done("find /etc/libvirt -name '*hookbridge*'")).isEmpty();
    machine.done("test -s /usr/lib/hookbridge/lib/hookbridge.jsa");
    assertThat(machine.done("stat -c '%a %U' /var/lib/hookbridge/spool"))
        .isEqualTo("700 hookbridge\n");
    machine.done("hookbridge hooks install --drivers lxc");
    machine.done("echo '<domain/>' | " + SLOT + " box started begin -");
    assertThat(machine.done("sh /root/in/agent " + EVENTS + " '\"subject\":\"box\"'"))
        .isEqualTo("hookbridge /usr/lib/hookbridge/runtime/bin/java\n");
  }
}
