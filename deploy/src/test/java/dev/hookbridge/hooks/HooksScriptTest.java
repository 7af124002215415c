package dev.hookbridge.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script by which packages replace and remove hooks where no Java runs. */
@Tag("slow")
class HooksScriptTest {
  @TempDir Path folder;
  private Place place;
  private Path script;

  @BeforeEach
  void lay() throws IOException {
    place = new Place(folder);
    script = Files.copy(Repository.file("deploy/hooks.sh"), folder.resolve("hooks.sh"));
    Files.setPosixFilePermissions(place.hook, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private record Ran(int exit, String output) {}

  private ProcessBuilder command(String what) {
    ProcessBuilder command =
        new ProcessBuilder("sh", script.toString(), what, place.hooks.toString())
            .redirectErrorStream(true);
    command.environment().keySet().removeIf(name -> name.contains("JAVA"));
    command.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    return command;
  }

  private Ran run(String what) throws Exception {
    Process process = command(what).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ran(process.exitValue(), output);
  }

  @Test
  void olderHooksAreReplacedAndNothingElse() throws Exception {
    place.installOlder(Driver.QEMU, Driver.NETWORK);
    place.install(Driver.LXC);
    place.script("qemu", "#!/bin/sh\n# hookbridge-hook 1: ok\n");
    place.script("qemu.d/10-other", "#!/bin/sh\n");
    Map<String, String> before = place.files();
    Files.copy(place.older, place.hooks.resolve(".hookbridge-hook.of-an-interrupted-install"));
    assertThat(run("upgrade")).isEqualTo(new Ran(0, ""));
    Map<String, String> after = place.files();
    assertThat(after.keySet()).isEqualTo(before.keySet());
    for (String name : before.keySet()) {
      if (name.equals("qemu.d/50-hookbridge") || name.equals("network.d/50-hookbridge")) {
        assertThat(place.hooks.resolve(name)).hasSameBinaryContentAs(place.hook);
        assertThat(place.hooks.resolve(name)).isExecutable();
      } else {
        assertThat(after.get(name)).as(name).isEqualTo(before.get(name));
      }
    }
  }

  @Test
  void hookThatWasSwitchedOffStaysSo() throws Exception {
    place.installOlder(Driver.QEMU);
    Path slot = place.hooks.resolve("qemu.d/50-hookbridge");
    Files.setPosixFilePermissions(slot, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(run("upgrade")).isEqualTo(new Ran(0, ""));
    assertThat(slot).hasSameBinaryContentAs(place.hook);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(slot)))
        .isEqualTo("rw-r--r--");
  }

  @Test
  void hookThatFailsItsSelfTestIsNotInstalled() throws Exception {
    place.installOlder(Driver.QEMU);
    Map<String, String> before = place.files();
    byte[] bytes = Files.readAllBytes(place.hook);
    Files.write(place.hook, Arrays.copyOf(bytes, bytes.length / 2));
    Files.write(
        place.hook,
        "hookbridge-hook 2: ok\n".getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.APPEND);
    Ran ran = run("upgrade");
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.output()).contains("qemu.d/50-hookbridge stays as it is", "self-test");
    assertThat(place.files()).isEqualTo(before);
  }

  @Test
  void hooksAreRemovedUnderAnyNameAndNothingElse() throws Exception {
    place.install(Driver.values());
    Files.copy(place.hook, place.hooks.resolve("lxc"));
    Files.move(
        place.hooks.resolve("network.d/50-hookbridge"), place.hooks.resolve("network.d/99-mine"));
    Files.createSymbolicLink(place.hooks.resolve("libxl"), place.hook);
    place.script("qemu", "#!/bin/sh\n");
    place.script("qemu.d/10-other", "#!/bin/sh\n");
    Files.createSymbolicLink(place.hooks.resolve("qemu.d/20-dangling"), folder.resolve("nowhere"));
    Files.copy(place.hook, place.hooks.resolve(".hookbridge-hook.of-an-interrupted-install"));
    assertThat(run("remove")).isEqualTo(new Ran(0, ""));
    assertThat(place.files()).containsOnlyKeys("qemu", "qemu.d/10-other");
    assertThat(Files.exists(place.hooks.resolve("qemu.d/20-dangling"), LinkOption.NOFOLLOW_LINKS))
        .isTrue();
    assertThat(place.hooks.resolve("libxl")).doesNotExist();
    assertThat(place.hooks.resolve("lxc.d")).doesNotExist();
    assertThat(place.hook).exists();
  }

  @Test
  void hookIsNotRemovedWhileOneRuns() throws Exception {
    place.install(Driver.QEMU);
    Path slot = place.hooks.resolve("qemu.d/50-hookbridge");
    ProcessBuilder hook = new ProcessBuilder(slot.toString(), "guest", "prepare", "begin", "-");
    hook.environment().put("HOOKBRIDGE_DATA_DIR", folder.resolve("trial").toString());
    Process running = hook.start();
    Process removing;
    try (OutputStream stdin = running.getOutputStream()) {
      Awaitility.await("the hook").until(() -> calls(running).startsWith(slot.toString()));
      removing = command("remove").start();
      Awaitility.await("removal").until(() -> calls(removing).contains("hooks.sh"));
      assertThat(removing.waitFor(1, TimeUnit.SECONDS)).isFalse();
      assertThat(slot).exists();
      stdin.write("<domain/>".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(running.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(removing.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(removing.exitValue()).isZero();
    assertThat(slot).doesNotExist();
  }

  private static String calls(Process process) throws IOException {
    return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
  }

  @Test
  void hostWithoutHooksNeedsNothing() throws Exception {
    Files.delete(place.hooks);
    assertThat(run("remove")).isEqualTo(new Ran(0, ""));
    assertThat(run("upgrade")).isEqualTo(new Ran(0, ""));
    assertThat(place.hooks).doesNotExist();
  }

  @Test
  void wrongWordShowsTheUsage() throws Exception {
    Ran ran = run("--help");
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.output()).startsWith("hooks.sh upgrade|remove [FOLDER]: ");
  }
}
