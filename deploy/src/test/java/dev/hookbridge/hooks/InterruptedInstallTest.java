package dev.hookbridge.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.testing.LoopMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An install that dies, or finds no room: at no moment is there an executable file in a slot that
 * is not a complete hook, and the next install finishes the work and leaves nothing lying about.
 */
class InterruptedInstallTest {
  @TempDir Path folder;
  private Place place;

  @BeforeEach
  void make() throws IOException {
    place = new Place(folder);
  }

  @ParameterizedTest
  @EnumSource(names = "REMOVED", mode = EnumSource.Mode.EXCLUDE)
  void theFirstInstallDies(CrashPoint step) throws Exception {
    try (Reader reader = new Reader(place)) {
      // The second driver's: one hook is in its place, the next on its way.
      dies("install", step, 2);
      Map<String, String> left = place.files();
      assertThat(place.prove()).isLessThanOrEqualTo(2);
      List<SlotChange> changes = place.install(Driver.values());
      assertThat(changes).extracting(SlotChange::verb).contains("installed");
      assertThat(place.files().keySet()).hasSize(6).noneMatch(name -> name.startsWith("."));
      left.keySet().removeIf(name -> name.startsWith("."));
      assertThat(place.files()).containsAllEntriesOf(left);
      awaitReader(reader);
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {"REMOVED", "TIDIED"},
      mode = EnumSource.Mode.EXCLUDE)
  void anUpgradeDies(CrashPoint step) throws Exception {
    place.installOlder(Driver.values());
    try (Reader reader = new Reader(place)) {
      dies("install", step, 3);
      assertThat(place.prove()).isEqualTo(6);
      place.install(Driver.values());
      assertThat(place.files()).hasSize(6);
      for (String name : place.files().keySet()) {
        assertThat(place.hooks.resolve(name)).hasSameBinaryContentAs(place.hook);
      }
      awaitReader(reader);
    }
  }

  @Test
  void aRemovalDies() throws Exception {
    place.install(Driver.values());
    dies("remove", CrashPoint.REMOVED, 2);
    assertThat(place.prove()).isEqualTo(4);
    place.remove(Driver.values());
    assertThat(place.files()).isEmpty();
  }

  /** One that comes and goes, upgraded both ways, under the eyes of the reader. */
  @Test
  void noMomentIsWithoutAWholeHook() throws Exception {
    place.install(Driver.QEMU, Driver.NETWORK);
    try (Reader reader = new Reader(place)) {
      int rounds = Boolean.getBoolean("hookbridge.full") ? 200 : 20;
      for (int i = 0; i < rounds; i++) {
        place.installOlder(Driver.QEMU, Driver.NETWORK);
        place.install(Driver.QEMU, Driver.NETWORK);
        reader.proved();
      }
      awaitReader(reader);
    }
    assertThat(place.files()).hasSize(2);
  }

  @Test
  void aFullDisk() throws Exception {
    try (LoopMount disk = LoopMount.make(folder.resolve("disk"), "ext4", 8)) {
      Place full = new Place(folder.resolve("full"), disk.folder().resolve("hooks"));
      full.installOlder(Driver.QEMU);
      Map<String, String> before = full.files();
      fill(disk.folder().resolve("fill"));
      try (Reader reader = new Reader(full)) {
        assertThatThrownBy(() -> full.install(Driver.values()))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("No space left");
        assertThat(full.files()).isEqualTo(before);
        awaitReader(reader);
      }
      Files.delete(disk.folder().resolve("fill"));
      full.install(Driver.values());
      assertThat(full.prove()).isEqualTo(6);
    }
  }

  private static void fill(Path file) {
    byte[] block = new byte[4096];
    try (var out = Files.newOutputStream(file)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private static void awaitReader(Reader reader) {
    int before = reader.proved();
    Awaitility.await("the reader has looked again").until(() -> reader.proved() > before);
  }

  private void dies(String what, CrashPoint step, int occurrence) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                MortalInstall.class.getName(),
                what,
                place.hooks.toString(),
                place.hook.toString(),
                place.machine.root().toString(),
                step.name(),
                Integer.toString(occurrence))
            .inheritIO()
            .start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isEqualTo(128 + 9);
  }
}
