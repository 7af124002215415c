package dev.hookbridge.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator is told of files that will not do what he expects. */
class WarningsTest {
  private static final String NOTHING = "#!/bin/sh\nexit 0\n";

  @TempDir Path folder;
  private Place place;

  @BeforeEach
  void make() throws IOException {
    place = new Place(folder);
  }

  private List<String> warnings() throws Exception {
    return place.of(place.hook, Place.VERSION).warnings(List.of(Driver.values()));
  }

  @Test
  void ordinaryScriptsAreFine() throws Exception {
    place.install(Driver.values());
    place.script("qemu", NOTHING);
    place.script("qemu.d/10-vfio.sh", NOTHING);
    place.script("network.d/90-firewall", NOTHING);
    assertThat(warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x~", "x.rpmsave", "x.dpkg-old", "x.bak", ".x.swp", ".hidden", "x.disabled"})
  void leftOversRunToo(String name) throws Exception {
    place.script("qemu.d/" + name, NOTHING);
    assertThat(warnings()).singleElement().asString().contains("qemu.d/" + name, "is run too");
  }

  @Test
  void aMissingBit() throws Exception {
    Path file = place.script("qemu.d/10-vfio", NOTHING);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(warnings()).singleElement().asString().contains("10-vfio", "no x bit");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "for hook in \"$0.d\"/*; do \"$hook\" \"$@\"; done",
        "run-parts /etc/libvirt/hooks/qemu.d",
        "HOOKPATH=\"$BASEDIR/qemu.d/$GUEST/$2/$3\""
      })
  void aDispatcherMakesCallsComeTwice(String line) throws Exception {
    place.script("qemu", "#!/bin/bash\n" + line + "\n");
    assertThat(warnings()).singleElement().asString().contains("hooks/qemu seems", "twice");
    assertThat(place.of(place.hook, "6.0").warnings(List.of(Driver.QEMU))).isEmpty();
  }

  @Test
  void whoeverMayChangeItIsTheDaemonsUser() throws Exception {
    Path file = place.script("lxc", NOTHING);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxr-x"));
    assertThat(warnings()).singleElement().asString().contains("hooks/lxc", "changed by others");
  }

  @Test
  void twoOfOurs() throws Exception {
    place.install(Driver.QEMU);
    Path own = place.hooks.resolve("qemu.d/50-hookbridge");
    Files.copy(own, place.hooks.resolve("qemu.d/60-again"));
    assertThat(warnings()).singleElement().asString().contains("more than one");
  }

  @Test
  void beforeFoldersNothingInThemRuns() throws Exception {
    place.script("qemu.d/10-vfio", NOTHING);
    assertThat(place.of(place.hook, "6.4.9").warnings(List.of(Driver.QEMU)))
        .singleElement()
        .asString()
        .contains("10-vfio is not run", "6.5");
  }
}
