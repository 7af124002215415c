package dev.hookbridge.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines with SELinux and AppArmor, as their files and policies tell of them. */
class ConfinementTest {
  private static final String SLOT = "50-hookbridge";

  @TempDir Path folder;
  private Place place;
  private Path mail;

  @BeforeEach
  void make() throws IOException {
    place = new Place(folder);
    mail = Files.createDirectory(folder.resolve("mail"));
    place.selinux.labels.put("mail", "system_u:object_r:hookbridge_var_lib_t:s0");
    place.selinux.expected.put("mail", "system_u:object_r:hookbridge_var_lib_t:s0");
    place.selinux.expected.put(SLOT, "system_u:object_r:hookbridge_hook_exec_t:s0");
  }

  private void file(String path, String text) throws IOException {
    Path file = place.machine.at(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Path slot() {
    return place.hooks.resolve("qemu.d").resolve(SLOT);
  }

  /** A daemon that runs in a domain. */
  private Daemons.Daemon daemon(long pid, String name, String domain) throws IOException {
    file("/proc/" + pid + "/attr/current", domain + "\n");
    return new Daemons.Daemon(pid, name, place.machine.at("/proc/" + pid), Instant.now());
  }

  private Confinement confinement(Daemons.Daemon... running) {
    return new Confinement(
        place.machine, Daemons.of(place.machine, List.of(running)), List.of(mail));
  }

  private Daemons.Daemon qemu() throws IOException {
    return daemon(4711, "virtqemud", RecordedSelinux.context("virtqemud_t"));
  }

  private void ownModule(String daemon) {
    place.selinux.transition(daemon, "hookbridge_hook_exec_t", "hookbridge_hook_t");
    place.selinux.mailbox("hookbridge_hook_t", "hookbridge_var_lib_t");
  }

  @Test
  void ownModuleIsEnough() throws Exception {
    RecordedSelinux.on(place.machine, true);
    ownModule("virtqemud_t");
    confinement(qemu()).permit(List.of(slot()));
    assertThat(confinement(qemu()).forbids(slot())).isNotEmpty(); // that file has no label at all
    place.selinux.labels.put(SLOT, "system_u:object_r:hookbridge_hook_exec_t:s0");
    assertThat(confinement(qemu()).forbids(slot())).isEmpty();
    assertThat(confinement(qemu()).warnings(List.of(slot()))).isEmpty();
  }

  /** Fedora's boolean gives virtnetworkd what virtqemud still may not do. */
  @Test
  void booleanOfFedoraDoesNotCoverQemu() throws Exception {
    RecordedSelinux.on(place.machine, true);
    file("/sys/fs/selinux/booleans/virt_hooks_unconfined", "1 1");
    place.selinux.expected.put(SLOT, "system_u:object_r:virt_hook_t:s0");
    place.selinux.transition("virtnetworkd_t", "virt_hook_t", "virt_hook_unconfined_t");
    place.selinux.mailbox("virt_hook_unconfined_t", "hookbridge_var_lib_t");
    Daemons.Daemon network =
        daemon(4712, "virtnetworkd", RecordedSelinux.context("virtnetworkd_t"));
    confinement(network).permit(List.of(slot()));
    assertThatThrownBy(() -> confinement(network, qemu()).permit(List.of(slot())))
        .isInstanceOf(HooksException.class)
        .hasMessageContainingAll(
            "virtqemud (virtqemud_t)", "execute", "virt_hook_t", "selinux.sh install");
  }

  /** Debian's policy lets libvirtd run hooks in its own domain, which may not write the mailbox. */
  @Test
  void mailboxThatMayNotBeWrittenIsRefused() throws Exception {
    RecordedSelinux.on(place.machine, true);
    place.selinux.expected.put(SLOT, "system_u:object_r:virt_etc_rw_t:s0");
    place.selinux.labels.put("mail", "system_u:object_r:var_lib_t:s0");
    place.selinux.allow("virtd_t", "virt_etc_rw_t", "file", "getattr", "open", "read", "execute");
    place.selinux.allow("virtd_t", "virt_etc_rw_t", "file", "map", "execute_no_trans");
    Daemons.Daemon libvirtd = daemon(4711, "libvirtd", RecordedSelinux.context("virtd_t"));
    assertThatThrownBy(() -> confinement(libvirtd).permit(List.of(slot())))
        .isInstanceOf(HooksException.class)
        .hasMessageContainingAll("libvirtd (virtd_t)", "mail (var_lib_t)", "calls are lost");
    place.selinux.mailbox("virtd_t", "var_lib_t");
    confinement(libvirtd).permit(List.of(slot()));
  }

  @Test
  void refusalChangesNothing() throws Exception {
    RecordedSelinux.on(place.machine, true);
    file("/proc/1/attr/current", RecordedSelinux.context("init_t"));
    program("libvirtd");
    place.selinux.labels.put("libvirtd", "system_u:object_r:virtd_exec_t:s0");
    place.selinux.transition("init_t", "virtd_exec_t", "virtd_t");
    assertThatThrownBy(() -> place.install(Driver.QEMU))
        .isInstanceOf(HooksException.class)
        .hasMessageContainingAll("SELinux", "libvirtd (virtd_t)");
    assertThat(place.hooks).isEmptyDirectory();
    ownModule("virtd_t");
    assertThat(place.install(Driver.QEMU)).hasSize(1);
  }

  private void program(String name) throws IOException {
    file("/usr/sbin/" + name, "");
    Files.setPosixFilePermissions(
        place.machine.at("/usr/sbin/" + name), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void permissiveWarnsOfWhatEnforcingWouldCost() throws Exception {
    RecordedSelinux.on(place.machine, false);
    Confinement confinement = confinement(qemu());
    confinement.permit(List.of(slot()));
    place.selinux.labels.put(SLOT, "system_u:object_r:hookbridge_hook_exec_t:s0");
    assertThat(confinement.forbids(slot())).isEmpty();
    assertThat(confinement.warnings(List.of(slot())))
        .singleElement()
        .asString()
        .contains("virtqemud (virtqemud_t)", "running guests", "now permissive", "enforcing");
    place.selinux.permissive("virtqemud_t").permissive("hookbridge_hook_t");
    assertThat(confinement.warnings(List.of(slot()))).isEmpty();
  }

  @Test
  void wrongLabelsAreFound() throws Exception {
    RecordedSelinux.on(place.machine, true);
    ownModule("virtqemud_t");
    place.script("qemu.d/" + SLOT, "");
    place.selinux.labels.put(SLOT, "unconfined_u:object_r:user_home_t:s0");
    place.selinux.labels.put("mail", "system_u:object_r:var_lib_t:s0");
    assertThat(confinement(qemu()).forbids(slot())).contains("virtqemud", "user_home_t");
    assertThat(confinement(qemu()).warnings(List.of(slot())))
        .anySatisfy(
            said ->
                assertThat(said)
                    .contains("user_home_t", "hookbridge_hook_exec_t", "restorecon -RF"))
        .anySatisfy(said -> assertThat(said).contains("mail is labelled var_lib_t"));
  }

  @Test
  void machineWithoutSelinuxIsNotAsked() throws Exception {
    confinement(qemu()).permit(List.of(slot()));
    assertThat(confinement(qemu()).forbids(slot())).isEmpty();
    assertThat(confinement(qemu()).warnings(List.of(slot()))).isEmpty();
  }

  @Test
  void aCopyIsProvedInTheDaemonsProfile() throws Exception {
    Confinement confinement = confinement(daemon(4711, "libvirtd", "libvirtd (enforce)"));
    assertThat(confinement.probes()).isEmpty();
    file("/sys/module/apparmor/parameters/enabled", "Y\n");
    assertThat(confinement.probes())
        .singleElement()
        .satisfies(probe -> assertThat(probe).endsWith("sh", "exec libvirtd"));
    assertThat(confinement(daemon(4711, "libvirtd", "unconfined")).probes()).isEmpty();
  }

  /** A daemon that only its socket would start. */
  @Test
  void aCopyIsProvedInTheProfileOfADaemonThatDoesNotRun() throws Exception {
    file("/sys/module/apparmor/parameters/enabled", "Y\n");
    program("libvirtd");
    program("virtqemud");
    program("virtproxyd");
    assertThat(confinement().probes()).isEmpty();
    assertThat(confinement().warnings(List.of(slot())))
        .singleElement()
        .asString()
        .contains("not tested", "libvirtd, virtproxyd, virtqemud", "cannot be read");
    file(
        "/sys/kernel/security/apparmor/profiles",
        "/usr/sbin/virtqemud (enforce)\nlibvirtd (enforce)\nvirt-aa-helper (enforce)\n");
    assertThat(confinement().probes())
        .extracting(probe -> probe.get(probe.size() - 1))
        .containsExactly("exec /usr/sbin/virtqemud", "exec libvirtd");
    assertThat(confinement().warnings(List.of(slot()))).isEmpty();
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
}
