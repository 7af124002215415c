package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hookbridge.testing.Deadline;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A frozen disk holds whoever touches it beyond the reach of any signal. The hook leaves all the
 * same.
 */
@ParameterizedClass
@EnumSource(Shim.class)
class FrozenTest {
  private static final int LATER = Boolean.getBoolean("hookbridge.full") ? 200 : 30;

  @Parameter Shim shim;
  @TempDir Path outer;
  private Path folder;

  @BeforeEach
  void needsDisks() throws IOException {
    Needs.loopMounts();
    folder = Files.createDirectory(outer.resolve("trial"));
  }

  @Test
  void oneHookWaitsFiveSecondsTheNextOnesDoNotAndAllCallsArrive() throws IOException {
    Trial trial = new Trial(folder);
    trial.conf("when-full: fail-hook\n");
    try (Disk disk = new Disk(trial)) {
      assertThat(call("g", "reconnect").exit()).isZero();
      disk.freeze();
      Run.Ended first = call("first", "reconnect");
      assertThat(first.exit()).isZero();
      Deadline.waited(Duration.ofSeconds(5), first.took());

      List<Duration> times = new ArrayList<>();
      for (int i = 0; i < LATER; i++) {
        Run.Ended later = call("later" + i, i % 2 == 0 ? "start" : "reconnect");
        assertThat(later.exit()).isZero();
        assertThat(later.out()).isEmpty();
        assertThat(later.err()).isEmpty();
        times.add(later.took());
      }
      System.out.println("frozen: " + first.took() + ", then " + times);
      assertThat(times.stream().sorted().toList().get(LATER / 2))
          .as("they wait 0.1 s, not 5 s again")
          .isBetween(Duration.ofMillis(99), Duration.ofMillis(4_900));
      assertThat(trial.lost())
          .hasSize(1 + LATER)
          .allMatch(line -> line.matches(Trial.LINE) && line.startsWith("late "));

      disk.thaw();
      await().atMost(Duration.ofSeconds(60)).until(() -> trial.files().size() == 2 + LATER);
      assertThat(trial.calls()).hasSize(2 + LATER);
      assertThat(trial.lost()).hasSize(1 + LATER);
    }
  }

  @Test
  void callsThatWaitInSparesArriveToo() throws IOException {
    Trial trial = new Trial(folder);
    try (Disk disk = new Disk(trial)) {
      Files.createDirectory(trial.spare());
      trial.spares();
      disk.freeze();
      for (int i = 0; i < 5; i++) {
        assertThat(call("g" + i, "reconnect").exit()).isZero();
      }
      disk.thaw();
      await().atMost(Duration.ofSeconds(60)).until(() -> trial.files().size() == 5);
      assertThat(trial.calls()).extracting(call -> call.field("object")).doesNotHaveDuplicates();
      assertThat(trial.files()).allMatch(file -> file.toFile().length() == Trial.SPARE_SIZE);
    }
  }

  @Test
  void theSettingsMayLieOnTheFrozenDiskToo() throws IOException {
    try (Disk disk = new Disk(folder)) {
      Trial trial = new Trial(folder);
      stamp(trial, "9".repeat(20)); // of a boot that ran longer
      disk.freeze();
      Run.Ended ended = call("g", "reconnect");
      assertThat(ended.exit()).isZero();
      Deadline.waited(Duration.ofSeconds(5), ended.took());
      disk.thaw();
      await().atMost(Duration.ofSeconds(60)).until(() -> trial.files().size() == 1);
      await().atMost(Duration.ofSeconds(60)).until(() -> trial.lost().size() == 1);
      assertThat(trial.lost()).singleElement().asString().startsWith("late ");
    }
  }

  @Test
  void aStuckHelperHoldsNoPipeOfTheHook() throws Exception {
    Trial trial = new Trial(folder);
    stamp(trial, String.format("%020d", 1)); // long ago
    try (Disk disk = new Disk(trial)) {
      disk.freeze();
      Process process = Run.of(shim, folder).with("g", "reconnect", "begin", "-").start();
      process.getOutputStream().close();
      long began = System.nanoTime();
      assertThat(process.getInputStream().read()).isEqualTo(-1);
      assertThat(process.getErrorStream().read()).isEqualTo(-1);
      assertThat(process.waitFor()).isZero();
      Deadline.waited(Duration.ofSeconds(5), Duration.ofNanos(System.nanoTime() - began));
    }
  }

  private static void stamp(Trial trial, String digits) throws IOException {
    Path late = Files.writeString(trial.run().resolve("late"), digits);
    Files.setPosixFilePermissions(late, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private Run.Ended call(String guest, String operation) throws IOException {
    return Run.of(shim, folder)
        .with(guest, operation, "begin", "-")
        .stdin("<domain/>".getBytes())
        .run();
  }
}
