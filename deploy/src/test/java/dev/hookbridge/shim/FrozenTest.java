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
  private static final int LATER = Boolean.getBoolean("hookbridge.full") ? 200 : 45;
  private static final int HELPERS = 32;
  private static final int BUSY = 16;

  @Parameter Shim shim;
  @TempDir Path outer;
  private Path folder;

  @BeforeEach
  void needsDisks() throws IOException {
    Needs.loopMounts();
    folder = Files.createDirectory(outer.resolve("trial"));
  }

  @Test
  void oneHookWaitsFiveSecondsTheNextOnesDoNotAndTheirCallsArrive() throws IOException {
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
          .isLessThan(Duration.ofMillis(4_900));
      await().atMost(Duration.ofSeconds(60)).until(() -> lost(trial) == 1 + LATER - HELPERS);
      assertThat(trial.lost()).allMatch(line -> line.matches(Trial.LINE));
      assertThat(trial.lost().stream().filter(line -> line.startsWith("lost ")))
          .allMatch(line -> line.endsWith(" " + BUSY));
      assertThat(trial.lost().stream().map(line -> line.split(" ")[1]).distinct())
          .hasSize(1 + LATER);
      assertThat(processes()).as("what is stuck on the disk").isEqualTo(HELPERS);

      disk.thaw();
      await().atMost(Duration.ofSeconds(60)).until(() -> trial.files().size() == 1 + HELPERS);
      await().atMost(Duration.ofSeconds(60)).until(() -> processes() == 0);
      assertThat(call("after", "reconnect").exit()).isZero();
      assertThat(trial.calls()).hasSize(2 + HELPERS);
      assertThat(lost(trial)).isEqualTo(1 + LATER - HELPERS);
    }
  }

  /** Many at once, none of which could know of the others' fate. */
  @Test
  void noMoreHelpersAreStuckWhenManyHooksComeAtOnce() throws Exception {
    Trial trial = new Trial(folder);
    try (Disk disk = new Disk(trial)) {
      disk.freeze();
      List<Process> hooks = new ArrayList<>();
      for (int i = 0; i < 2 * HELPERS; i++) {
        hooks.add(Run.of(shim, folder).with("g" + i, "reconnect", "begin", "-").start());
      }
      for (Process hook : hooks) {
        hook.getOutputStream().close();
      }
      for (Process hook : hooks) {
        assertThat(hook.waitFor()).isZero();
      }
      await().atMost(Duration.ofSeconds(60)).until(() -> processes() <= HELPERS);
      await().atMost(Duration.ofSeconds(60)).until(() -> lost(trial) == HELPERS);
      disk.thaw();
      await().atMost(Duration.ofSeconds(60)).until(() -> trial.files().size() == HELPERS);
      assertThat(trial.calls()).extracting(call -> call.field("object")).doesNotHaveDuplicates();
    }
  }

  private static long lost(Trial trial) throws IOException {
    return trial.lost().stream().filter(line -> line.startsWith("lost ")).count();
  }

  /** Of this test's program there is nothing but what is stuck: others run one after the other. */
  private long processes() {
    String program = shim.program().toString();
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().command().filter(program::equals).isPresent())
        .count();
  }

  @Test
  void callsThatWaitInSparesArriveToo() throws IOException {
    Trial trial = new Trial(folder);
    try (Disk disk = new Disk(trial)) {
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
