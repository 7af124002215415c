package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A mailbox on a small disk of its own, which is full or read-only. */
@ParameterizedClass
@EnumSource(Shim.class)
class DiskTest {
  private static final int NO_SPACE = 28;
  private static final int READ_ONLY = 30;

  @Parameter Shim shim;
  @TempDir Path folder;

  @Test
  void aFullDisk() throws IOException {
    Needs.loopMounts();
    Trial trial = new Trial(folder).conf("reserve: 0\n");
    try (Disk disk = new Disk(trial)) {
      while (trial.lost().isEmpty()) {
        assertThat(call("start").exit()).isZero();
      }
      assertThat(trial.lost()).singleElement().asString().endsWith(" " + NO_SPACE);
      assertThat(trial.calls()).isNotEmpty(); // and nothing half written in tmp

      trial.conf("reserve: 0\nwhen-full: fail-hook\n");
      assertThat(call("start").exit()).isOne();
      assertThat(call("reconnect").exit()).isZero();

      for (Path file : trial.files()) {
        Files.delete(file);
      }
      assertThat(call("start").exit()).isZero();
      assertThat(trial.calls()).hasSize(1);
      disk.assertUsable();
    }
  }

  @Test
  void theReserveIsLeftFree() throws IOException {
    Needs.loopMounts();
    Trial trial = new Trial(folder).conf("reserve: 2MiB\n");
    try (Disk disk = new Disk(trial)) {
      while (trial.lost().isEmpty()) {
        assertThat(call("start").exit()).isZero();
      }
      assertThat(disk.free()).isBetween(1L << 20, 2L << 20);
      trial.conf("reserve: 1MiB\n");
      assertThat(call("start").exit()).isZero();
      assertThat(trial.lost()).hasSize(1);
    }
  }

  @Test
  void aDiskWithoutInodes() throws IOException {
    Needs.loopMounts();
    Trial trial = new Trial(folder).conf("reserve: 0\n");
    try (Disk disk = new Disk(trial)) {
      disk.useUpInodes();
      assertThat(call("start").exit()).isZero();
      assertThat(trial.lost()).singleElement().asString().endsWith(" " + NO_SPACE);
    }
  }

  @Test
  void aReadOnlyDisk() throws IOException {
    Needs.loopMounts();
    Trial trial = new Trial(folder).conf("when-full: fail-hook\n");
    try (Disk disk = new Disk(trial)) {
      disk.remount("ro");
      Run.Ended ended = call("start");
      assertThat(ended.exit()).isOne();
      assertThat(ended.err()).contains("(read-only): make it writable");
      assertThat(call("reconnect").exit()).isZero();
      assertThat(trial.lost()).hasSize(2).allMatch(line -> line.endsWith(" " + READ_ONLY));
      disk.remount("rw");
      assertThat(call("start").exit()).isZero();
      assertThat(trial.calls()).hasSize(1);
    }
  }

  private Run.Ended call(String operation) throws IOException {
    return Run.of(shim, folder).with("g", operation, "begin", "-").stdin(new byte[326_310]).run();
  }
}
