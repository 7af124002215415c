package dev.hookbridge.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.docs.Page;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/operations.md} typed on a machine that has neither hookbridge nor anything of it,
 * with a Kafka broker beside it; then the same by the Ansible role.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OperationsIT {
  private static final Page PAGE = Page.of("docs/operations.md");
  private static final String SLOT = "/etc/libvirt/hooks/qemu.d/50-hookbridge";
  private static final String PLAYBOOK =
      "cd /root/repository/deploy/ansible && ansible-playbook -i /root/in/inventory.yml -c local"
          + " site.yml";
  private static Machine machine;

  @BeforeAll
  static void boot(@TempDir Path folder) throws Exception {
    Needs.command("ansible-playbook");
    Needs.that(
        Files.isDirectory(Repository.file("deploy/kafka-broker/target/lib")),
        "no Kafka broker: run './mvnw -pl deploy/kafka-broker process-resources'");
    Path in = Files.createDirectory(folder.resolve("in"));
    // Under the names that the build gives them, which the page's patterns find.
    Path deb = Built.deb();
    Path runtime = Built.runtimeDeb();
    Files.copy(deb, in.resolve(deb.getFileName()));
    Files.copy(runtime, in.resolve(runtime.getFileName()));
    String resources = "deploy/src/test/resources/packages/";
    Files.writeString(
        in.resolve("inventory.yml"),
        Files.readString(Repository.file(resources + "inventory.yml"))
            .replace("hookbridge_0.1.0_amd64.deb", deb.getFileName().toString())
            .replace("hookbridge-runtime_0.1.0_amd64.deb", runtime.getFileName().toString()));
    // A disk that keeps what it is given, which an overlay in memory is not.
    Files.createDirectory(folder.resolve("data"));
    machine = Machine.booted(folder);
    standInForLibvirt();
    machine.done("echo 127.0.0.1 kafka1.example.org >>/etc/hosts");
    machine.done(
        "systemd-run --quiet --unit=kafka --setenv=JAVA_HOME="
            + System.getProperty("java.home")
            + " /root/repository/deploy/broker/kafka /root/kafka 9092");
  }

  /** A program of the daemon's name that says a version, and hears that it shall reload. */
  private static void standInForLibvirt() throws Exception {
    machine.done(
        "printf '#!/bin/sh\\necho \"libvirtd (libvirt) 9.0.0\"\\n' >/usr/sbin/libvirtd;"
            + " chmod +x /usr/sbin/libvirtd; mkdir /root/running;"
            + " cp /bin/bash /root/running/libvirtd;"
            + " systemd-run --quiet --unit=libvirt-stand-in /root/running/libvirtd -c"
            + " \"trap : HUP; while :; do sleep 2; done\"");
  }

  @AfterAll
  static void end() throws Exception {
    if (machine != null) {
      machine.close();
    }
  }

  private static String step(String name) throws Exception {
    return machine.done("cd /root/in; " + PAGE.block("step: " + name));
  }

  @Test
  @Order(1)
  void fromNothingToEventsInATopic() throws Exception {
    assertThat(machine.run("command -v hookbridge").exit()).isNotZero();
    step("install");
    step("configure");
    machine.await("the broker", "hookbridge check | grep -q 'brokers .*reachable'");
    assertThat(step("topic")).contains("topic libvirt.hooks: made with 12 partitions");
    step("service");
    assertThat(step("hooks"))
        .contains("qemu     installed  " + SLOT)
        .contains("reloaded libvirtd (pid ");
    machine.await("an agent that is ready", "hookbridge doctor --no-send");
    assertThat(step("doctor"))
        .containsPattern("hook qemu: " + SLOT + ".* (is run|no call so far|last call)")
        .contains("ok      agent: runs as process ")
        .contains("ok      test call: " + SLOT)
        .contains("sink feed: test event: was read back within ")
        .doesNotContain("failure");
    assertThat(step("look")).contains("kvm-07.example.org", "agent.started");
  }

  @Test
  @Order(2)
  void theSecondDoctorLeavesNothingOfRoots() throws Exception {
    assertThat(machine.done("find /var/lib/hookbridge/*/ -user root -type f")).isEmpty();
    machine.done("systemctl stop hookbridge");
    Machine.Said said = machine.run("hookbridge doctor");
    assertThat(said.exit()).as(said.text()).isEqualTo(1);
    assertThat(said.text())
        .contains("failure agent: no agent uses the spool: run 'systemctl start");
    assertThat(machine.done("find /var/lib/hookbridge/*/ -user root -type f")).isEmpty();
  }

  /** The same machine, from nothing once more. */
  @Test
  @Order(3)
  void theRoleDoesTheSame() throws Exception {
    machine.done("apt-get purge -y hookbridge hookbridge-runtime");
    assertThat(machine.run("command -v hookbridge").exit()).isNotZero();
    assertThat(machine.done(PLAYBOOK)).contains("failed=0").doesNotContain("changed=0");
    machine.done("systemctl is-active hookbridge && test -x " + SLOT);
    assertThat(machine.done("stat -c '%a %U %G' /etc/hookbridge/a.password"))
        .isEqualTo("640 root hookbridge\n");
    assertThat(machine.done("hookbridge tail --from-beginning --count 3"))
        .contains("agent.started");
  }

  @Test
  @Order(4)
  void aSecondRunChangesNothing() throws Exception {
    assertThat(machine.done(PLAYBOOK)).contains("changed=0").contains("failed=0");
  }

  @Test
  @Order(5)
  void doctorsFailureFailsThePlay() throws Exception {
    machine.done("chmod 0644 " + SLOT);
    Machine.Said said =
        machine.run(
            PLAYBOOK + " --start-at-task 'Ask the doctor' -e '{\"hookbridge_verify_retries\": 0}'");
    assertThat(said.exit()).as(said.text()).isNotZero();
    assertThat(said.text()).contains("hook qemu", "it has no x bit");
  }
}
