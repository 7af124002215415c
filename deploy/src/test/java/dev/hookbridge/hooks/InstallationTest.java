package dev.hookbridge.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What install, upgrade and removal do to a folder of hooks, and what they leave alone. */
class InstallationTest {
  @TempDir Path folder;
  private Place place;

  @BeforeEach
  void make() throws IOException {
    place = new Place(folder);
  }

  @Test
  void everyDriverGetsAHookThatWorks() throws Exception {
    List<SlotChange> changes = place.install(Driver.values());
    assertThat(changes).extracting(SlotChange::verb).containsOnly("installed").hasSize(6);
    assertThat(changes).allMatch(SlotChange::first);
    assertThat(place.files().keySet())
        .containsExactlyInAnyOrder(
            "bhyve.d/50-hookbridge",
            "daemon.d/50-hookbridge",
            "libxl.d/50-hookbridge",
            "lxc.d/50-hookbridge",
            "network.d/50-hookbridge",
            "qemu.d/50-hookbridge");
    assertThat(place.files().values()).allMatch(file -> file.startsWith("rwxr-xr-x "));
    assertThat(place.prove()).isEqualTo(6);
    assertThat(place.hooks.resolve("qemu.d/50-hookbridge")).hasSameBinaryContentAs(place.hook);
  }

  @Test
  void aSecondInstallChangesNothing() throws Exception {
    place.install(Driver.values());
    Map<String, String> before = place.files();
    List<SlotChange> changes = place.install(Driver.values());
    assertThat(changes).extracting(SlotChange::verb).containsOnly("unchanged");
    assertThat(changes).noneMatch(SlotChange::first);
    assertThat(place.files()).isEqualTo(before);
  }

  @Test
  void anUpgradeTakesThePlaceOfTheOlder() throws Exception {
    place.installOlder(Driver.QEMU);
    Path slot = place.hooks.resolve("qemu.d/50-hookbridge");
    assertThat(slot).hasSameBinaryContentAs(place.older);
    List<SlotChange> changes = place.install(Driver.QEMU);
    assertThat(changes).extracting(SlotChange::verb).containsExactly("upgraded");
    assertThat(changes).noneMatch(SlotChange::first);
    assertThat(slot).hasSameBinaryContentAs(place.hook);
    assertThat(place.files()).hasSize(1);
  }

  @Test
  void aHookWithoutItsBitsIsPutRight() throws Exception {
    place.install(Driver.QEMU);
    Path slot = place.hooks.resolve("qemu.d/50-hookbridge");
    Files.setPosixFilePermissions(slot, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(place.install(Driver.QEMU)).extracting(SlotChange::verb).containsExactly("upgraded");
    assertThat(HookSlots.runs(slot)).isTrue();
  }

  @Test
  void aLinkOfOursBecomesACopy() throws Exception {
    Path slot = place.hooks.resolve("qemu.d/50-hookbridge");
    Files.createDirectories(slot.getParent());
    Files.createSymbolicLink(slot, place.hook);
    assertThat(place.install(Driver.QEMU)).extracting(SlotChange::verb).containsExactly("upgraded");
    assertThat(Files.isSymbolicLink(slot)).isFalse();
    assertThat(place.hook).exists();
  }

  @Test
  void beforeFoldersTheMainSlotIsTaken() throws Exception {
    List<SlotChange> changes = place.of(place.hook, "6.4.0").install(List.of(Driver.QEMU), false);
    assertThat(changes).extracting(SlotChange::slot).containsExactly(place.hooks.resolve("qemu"));
    assertThat(place.files().keySet()).containsExactly("qemu");
    // libvirt is upgraded: both places would make an event of every call
    assertThat(place.install(Driver.QEMU)).extracting(SlotChange::first).containsExactly(false);
    assertThat(place.files().keySet()).containsExactly("qemu.d/50-hookbridge");
  }

  @Test
  void aScriptInTheMainSlotStays() throws Exception {
    place.script("qemu", "#!/bin/sh\n");
    Map<String, String> before = place.files();
    assertThatThrownBy(() -> place.of(place.hook, "6.4").install(List.of(Driver.QEMU), false))
        .isInstanceOf(HooksException.class)
        .hasMessageContainingAll("hooks/qemu", "somebody else's", "6.5");
    assertThat(place.files()).isEqualTo(before);
    assertThat(place.install(Driver.QEMU)).noneMatch(SlotChange::first);
    assertThat(place.files()).containsAllEntriesOf(before).hasSize(2);
  }

  @Test
  void oneRefusalAndNothingIsChanged() throws Exception {
    place.script("network.d/50-hookbridge", "#!/bin/sh\n");
    Map<String, String> before = place.files();
    assertThatThrownBy(() -> place.install(Driver.values()))
        .isInstanceOf(HooksException.class)
        .hasMessageContainingAll("network.d/50-hookbridge", "move it away");
    assertThat(place.files()).isEqualTo(before);
    assertThat(place.hooks.resolve("qemu.d")).doesNotExist();
  }

  @Test
  void othersKeepTheirTurn() throws Exception {
    place.script("qemu.d/10-first", "#!/bin/sh\n");
    place.script("qemu.d/90-last", "#!/bin/sh\n");
    Map<String, String> before = place.files();
    place.install(Driver.QEMU);
    assertThat(new HookSlots(place.hooks, Driver.QEMU).inFolder())
        .extracting(file -> file.getFileName().toString())
        .containsExactly("10-first", "50-hookbridge", "90-last");
    place.remove(Driver.QEMU);
    assertThat(place.files()).isEqualTo(before);
  }

  @Test
  void oursKeepsTheTurnSomebodyGaveIt() throws Exception {
    place.installOlder(Driver.QEMU);
    Path given = place.hooks.resolve("qemu.d/05-hookbridge");
    Files.move(place.hooks.resolve("qemu.d/50-hookbridge"), given);
    assertThat(place.install(Driver.QEMU)).extracting(SlotChange::slot).containsExactly(given);
    assertThat(place.files().keySet()).containsExactly("qemu.d/05-hookbridge");
    assertThat(given).hasSameBinaryContentAs(place.hook);
    assertThat(place.remove(Driver.QEMU)).extracting(SlotChange::slot).containsExactly(given);
    assertThat(place.files()).isEmpty();
  }

  @Test
  void removalTakesOursOnly() throws Exception {
    place.install(Driver.values());
    place.script("qemu.d/50-hookbridge.orig", "#!/bin/sh\n");
    place.script("lxc", "#!/bin/sh\n# hookbridge-hook 0.1.0: ok\n");
    assertThat(place.remove(Driver.values())).hasSize(6);
    assertThat(place.files().keySet()).containsExactly("lxc", "qemu.d/50-hookbridge.orig");
    assertThat(place.hooks.resolve("network.d")).doesNotExist();
    assertThat(place.remove(Driver.values())).isEmpty();
  }

  @Test
  void aDryRunOnlySays() throws Exception {
    Installation installation = place.of(place.hook, Place.VERSION);
    assertThat(installation.install(List.of(Driver.values()), true)).hasSize(6);
    assertThat(place.hooks).isEmptyDirectory();
    place.install(Driver.QEMU);
    Map<String, String> before = place.files();
    assertThat(installation.remove(List.of(Driver.QEMU), true)).hasSize(1);
    assertThat(place.files()).isEqualTo(before);
  }

  @Test
  void remainsOfAnInterruptedInstallAreRemoved() throws Exception {
    Path left = place.hooks.resolve(".hookbridge-hook.4711.1a2b");
    Files.write(left, new byte[] {0x7f});
    place.install(Driver.QEMU);
    assertThat(left).doesNotExist();
    Files.write(left, new byte[] {0x7f});
    place.remove(Driver.QEMU);
    assertThat(place.hooks).isEmptyDirectory();
  }

  @Test
  void aHookThatDoesNotRunStaysOut() throws Exception {
    byte[] bytes = Files.readAllBytes(place.hook);
    bytes[0x18] ^= 0x55; // the ELF header's entry point
    Files.write(place.older, bytes);
    assertThatThrownBy(() -> place.installOlder(Driver.QEMU))
        .isInstanceOf(HooksException.class)
        .hasMessageContaining("self-test");
    assertThat(place.hooks).isEmptyDirectory();
    assertThatThrownBy(() -> place.of(folder.resolve("none"), "9.0").install(List.of(), false))
        .hasMessageContaining("is missing");
    Path script = place.script("../other", "#!/bin/sh\n");
    assertThatThrownBy(() -> place.of(script, "9.0").install(List.of(), false))
        .hasMessageContaining("is not a hook of hookbridge");
  }

  @Test
  void aFolderThatIsNotThereYet() throws Exception {
    Files.delete(place.hooks);
    place.install(Driver.QEMU);
    assertThat(place.prove()).isEqualTo(1);
    place.remove(Driver.QEMU);
    Files.delete(place.hooks);
    Files.delete(place.hooks.getParent());
    assertThatThrownBy(() -> place.install(Driver.QEMU))
        .isInstanceOf(HooksException.class)
        .hasMessageContainingAll("there is no", "--dir");
  }

  @Test
  void theVersionIsAskedFor() throws Exception {
    assertThatThrownBy(() -> place.of(place.hook, (String) null).install(List.of(), false))
        .hasMessageContaining("--libvirt");
    assertThatThrownBy(() -> place.of(place.hook, "new")).hasMessageContaining("is not a version");
    Path daemon = place.machine.at("/usr/sbin/libvirtd");
    Files.createDirectories(daemon.getParent());
    Files.writeString(daemon, "#!/bin/sh\necho \"${0##*/} (libvirt) 6.0.0\"\n");
    Files.setPosixFilePermissions(daemon, PosixFilePermissions.fromString("rwxr-xr-x"));
    place.of(place.hook, (String) null).install(List.of(Driver.LXC), false);
    assertThat(place.files().keySet()).containsExactly("lxc");
  }

  @Test
  void theStatusTellsWhatLibvirtWouldRun() throws Exception {
    Installation installation = place.of(place.hook, Place.VERSION);
    assertThat(installation.status(List.of(Driver.values()))).isEmpty();
    place.install(Driver.QEMU);
    SlotStatus status = installation.status(List.of(Driver.values())).get(0);
    assertThat(status.run()).isEqualTo("yes, when a daemon runs");
    assertThat(status.hook()).isEqualTo(Hook.in(place.hook).orElseThrow().toString());
    assertThat(place.of(place.hook, "6.0").status(List.of(Driver.QEMU)))
        .extracting(SlotStatus::run)
        .allMatch(run -> run.startsWith("no, libvirt 6.0 runs only"));
    Files.setPosixFilePermissions(status.slot(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(installation.status(List.of(Driver.QEMU)))
        .extracting(SlotStatus::run)
        .containsExactly("no, it has no x bit");
  }
}
