package dev.hookbridge.it.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.libvirt.Guests;
import dev.hookbridge.harness.libvirt.Hypervisor;
import dev.hookbridge.hooks.MortalInstall;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The hook is installed, upgraded and removed while guests run, each time interrupted at every
 * step, and libvirtd is restarted after each: it calls {@code reconnect} for every guest, and kills
 * one whose hook fails.
 */
@Tag("libvirt")
class LibvirtInstallIT {
  private static final List<String> STEPS =
      List.of("FOLDER", "CREATED", "WRITING", "SYNCED", "EXECUTABLE", "TESTED", "PLACED", "TIDIED");
  private static final String SLOT = "/etc/libvirt/hooks/qemu.d/50-hookbridge";

  @TempDir Path folder;
  private Hypervisor host;
  private EventFile events;
  private String first;
  private String second;

  @BeforeEach
  void start() throws Exception {
    Needs.root();
    host = new Hypervisor(folder.resolve("kvm-07"), "kvm-07");
    events = new EventFile(folder.resolve("data/events.jsonl"));
    host.configure("  local: { type: file, path: /var/lib/hookbridge/spool/events.jsonl }\n");
    host.agent.start();
    host.startLibvirt();
    Guests guests = new Guests(host, folder);
    guests.defineNetwork("iso", 211);
    host.virsh("net-start", "iso");
    guests.define("one", "iso");
    guests.define("two", "");
    host.virsh("start", "one");
    host.virsh("start", "two");
    first = host.qemu("one");
    second = host.qemu("two");
    events = new EventFile(host.at("/var/lib/hookbridge/spool/events.jsonl"));
  }

  @AfterEach
  void end() {
    host.close();
  }

  private void guestsLive() throws IOException {
    host.restartLibvirt();
    assertThat(host.runs("one")).isTrue();
    assertThat(host.runs("two")).isTrue();
    assertThat(host.qemu("one")).isEqualTo(first);
    assertThat(host.qemu("two")).isEqualTo(second);
  }

  private void awaitCalls(Predicate<List<String>> enough) {
    Awaitility.await("events")
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                enough.test(
                    Consumer.hooks(events.all()).stream().map(Consumer.Message::type).toList()));
  }

  private static long count(List<String> types, String operation) {
    return types.stream().filter(type -> type.endsWith("." + operation + ".v1")).count();
  }

  @Test
  void noGuestIsKilled() throws Exception {
    for (String step : STEPS) {
      dies("install", hook("libexec/hookbridge-hook"), step);
      guestsLive();
      assertThat(host.hookbridge("hooks", "remove").exit()).isZero();
    }
    assertThat(host.hookbridge("hooks", "install", "--reload").exit()).isZero();
    guestsLive();
    awaitCalls(types -> count(types, "reconnect") >= 2);

    Path older = older();
    for (String step : STEPS.subList(1, 7)) {
      dies("install", older, step);
      guestsLive();
      assertThat(host.hookbridge("hooks", "install").exit()).isZero();
    }
    guestsLive();

    dies("remove", older, "REMOVED");
    guestsLive();
    Host.Ran removed = host.hookbridge("hooks", "remove");
    assertThat(removed.exit()).as(removed.output()).isZero();
    guestsLive();
    assertThat(host.at(SLOT)).doesNotExist();
    host.virsh("destroy", "one");
    host.virsh("start", "one");
  }

  /** A daemon learns of a driver's first script by a reload, and needs none for what follows. */
  @Test
  void hooksThatNeedAReloadAreReported() throws Exception {
    Host.Ran installed = host.hookbridge("hooks", "install");
    assertThat(installed.exit()).as(installed.output()).isZero();
    assertThat(installed.output()).contains("reload libvirtd (pid ", "until then no hook of ");
    assertThat(host.hookbridge("hooks", "status").output()).contains("yes, if reloaded since");
    host.virsh("destroy", "two");
    host.virsh("start", "two");
    assertThat(events.hooks()).isEmpty();

    Host.Ran reloaded = host.hookbridge("hooks", "install", "--reload");
    assertThat(reloaded.output()).contains("unchanged", "reloaded libvirtd (pid ");
    awaitCalls(types -> count(types, "reload") == 1);
    host.virsh("destroy", "two");
    host.virsh("start", "two");
    awaitCalls(types -> count(types, "started") == 1);
    assertThat(host.hookbridge("hooks", "status").output())
        .containsPattern("qemu +" + SLOT + " .* 20\\S+Z +yes\n")
        .containsPattern("lxc +\\S+ .* - +yes, if reloaded since");
    assertThat(Path.of(SLOT)).as("on this machine itself").doesNotExist();

    assertThat(host.hookbridge("hooks", "remove", "--drivers", "qemu").exit()).isZero();
    host.virsh("destroy", "two");
    host.virsh("start", "two");
    assertThat(host.hookbridge("hooks", "install").exit()).isZero();
    host.virsh("destroy", "two");
    awaitCalls(types -> count(types, "release") == 2);
    assertThat(count(events.hooks().stream().map(Consumer.Message::type).toList(), "started"))
        .isEqualTo(1);
  }

  /** Whoever has the turn before or after ours keeps it, and his failure stays his. */
  @Test
  void besideOtherScripts() throws Exception {
    for (String name : List.of("10-before", "90-after")) {
      Path script = host.at("/etc/libvirt/hooks/qemu.d/" + name);
      Files.createDirectories(script.getParent());
      String text = "#!/bin/sh\n[ \"$2\" != prepare ] || { echo no room >&2; exit 3; }\n";
      Files.writeString(script, text);
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    assertThat(host.hookbridge("hooks", "install", "--reload").exit()).isZero();
    host.virsh("destroy", "two");
    Host.Ran refused = host.tryVirsh("start", "two");
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.output()).contains("no room").doesNotContain("hookbridge");
    awaitCalls(types -> count(types, "prepare") == 1 && count(types, "release") == 2);
  }

  private Path hook(String name) {
    return Path.of("/run/distribution").resolve(name);
  }

  /** The hook as another release, which is told apart by its version alone. */
  private Path older() throws IOException {
    Path built = Repository.file("deploy/target/hookbridge/libexec/hookbridge-hook");
    Path older = folder.resolve("older");
    String bytes = Files.readString(built, StandardCharsets.ISO_8859_1);
    Files.writeString(
        older,
        bytes.replaceAll("hookbridge-hook \\d", "hookbridge-hook 9"),
        StandardCharsets.ISO_8859_1);
    Files.setPosixFilePermissions(older, PosixFilePermissions.fromString("rwxr-xr-x"));
    return older;
  }

  private void dies(String what, Path hook, String step) throws IOException {
    Host.Ran ran =
        host.inside(
            "/run/java/bin/java",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            MortalInstall.class.getName(),
            what,
            "/etc/libvirt/hooks",
            hook.toString(),
            "/",
            step,
            "1",
            "qemu");
    assertThat(ran.exit()).as(ran.output()).isEqualTo(128 + 9);
  }
}
