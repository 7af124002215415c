package dev.hookbridge.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines with SELinux and AppArmor, as their files tell of them. */
class ConfinementTest {
  @TempDir Path folder;
  private Place place;

  @BeforeEach
  void make() throws IOException {
    place = new Place(folder);
  }

  private void file(String path, String text) throws IOException {
    Path file = place.machine.at(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void enforcingWithoutAPolicyIsRefused() throws Exception {
    file("/sys/fs/selinux/enforce", "1");
    file("/sys/fs/selinux/booleans/virt_hooks_unconfined", "0 0");
    assertThatThrownBy(() -> place.install(Driver.QEMU))
        .isInstanceOf(HooksException.class)
        .hasMessageContainingAll("SELinux", "virt_hooks_unconfined", "hookbridge");
    assertThat(place.hooks).isEmptyDirectory();
  }

  @Test
  void theSwitchOrAModuleAllow() throws Exception {
    Confinement confinement =
        new Confinement(place.machine, Daemons.running(place.machine, place.hooks));
    file("/sys/fs/selinux/enforce", "1");
    assertThatThrownBy(confinement::permit).isInstanceOf(HooksException.class);
    file("/sys/fs/selinux/booleans/virt_hooks_unconfined", "1 1");
    confinement.permit();
    file("/sys/fs/selinux/booleans/virt_hooks_unconfined", "0 1"); // pending is not in force
    assertThatThrownBy(confinement::permit).isInstanceOf(HooksException.class);
    file("/var/lib/selinux/targeted/active/modules/400/hookbridge/cil", "");
    confinement.permit();
  }

  @Test
  void permissiveIsNoHindrance() throws Exception {
    file("/sys/fs/selinux/enforce", "0");
    new Confinement(place.machine, Daemons.running(place.machine, place.hooks)).permit();
  }

  @Test
  void aCopyIsProvedInTheDaemonsProfile() throws Exception {
    Path process = place.machine.at("/proc/4711");
    file("/proc/4711/attr/current", "libvirtd (enforce)\n");
    Confinement confinement = new Confinement(place.machine, daemons(process));
    assertThat(confinement.probes()).isEmpty();
    file("/sys/module/apparmor/parameters/enabled", "Y\n");
    assertThat(confinement.probes())
        .singleElement()
        .satisfies(probe -> assertThat(probe).endsWith("sh", "exec libvirtd"));
    file("/proc/4711/attr/current", "unconfined\n");
    assertThat(confinement.probes()).isEmpty();
  }

  /**
   * The file of the next program's profile cannot be written here: then nothing is put in place.
   */
  @Test
  void unverifiedHookIsNotInstalled() throws Exception {
    List<String> probe = List.of("sh", "-c", "exit 126", "sh", "exec libvirtd");
    assertThatThrownBy(() -> Hook.prove(place.hook, probe))
        .isInstanceOf(HooksException.class)
        .hasMessageContainingAll("in the daemon's domain", "126");
  }

  private Daemons daemons(Path process) {
    return Daemons.of(
        place.machine, List.of(new Daemons.Daemon(4711, "libvirtd", process, Instant.now())));
  }
}
