package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Deadline;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Where no helper can be made the hook does the work itself, and the operator's choices hold. */
@ParameterizedClass
@EnumSource(Shim.class)
class NoProcessTest {
  @Parameter Shim shim;

  @TempDir(factory = InMemory.class)
  Path outer;

  private Path folder;
  private Trial trial;

  @BeforeEach
  void makeFolder() throws IOException {
    Needs.command("strace");
    folder = outer.resolve("trial");
    trial = new Trial(folder);
  }

  @ParameterizedTest
  @CsvSource({"10, 0", "10, 128", "3000000, 0"})
  void theCallIsWritten(int size, int spares) throws IOException {
    if (spares > 0) {
      trial.spares();
    }
    assertThat(hook("start", new byte[size]).exit()).isZero();
    assertThat(trial.onlyCall().stdin).hasSize(size);
    assertThat(trial.lost()).isEmpty();
  }

  @Test
  void whenFullFailHookHolds() throws IOException {
    trial.conf("when-full: fail-hook\nreserve: 100%\n");
    Run.Ended ended = hook("start", new byte[10]);
    assertThat(ended.exit()).isOne();
    assertThat(ended.err()).contains("too little space left");
    assertThat(trial.lost()).hasSize(1);
    assertThat(hook("reconnect", new byte[10]).exit()).isZero();
  }

  @Test
  void defaultsForAnAbsentAgentApply() throws IOException {
    try (TestGate gate = new TestGate(trial)) {
      gate.rules(TestGate.rule("r", "* * * * -", 1000, "allow", "allow", "veto"));
      Run.Ended ended = hook("start", new byte[10]);
      assertThat(ended.exit()).isOne();
      assertThat(ended.err()).startsWith("vetoed by r: ");
    }
    assertThat(trial.calls()).hasSize(1);
    assertThat(trial.outcomes())
        .singleElement()
        .extracting(o -> o.field("cause"))
        .isEqualTo("absent");
  }

  @Test
  void theAgentIsAsked() throws IOException {
    try (TestGate gate = new TestGate(trial).alive()) {
      gate.rules(TestGate.rule("r", "* * * * -", 10_000, "allow"))
          .answering(TestGate.answer(1, "decided", "r", "no"));
      Run.Ended ended = hook("start", new byte[10]);
      assertThat(ended.err()).isEqualTo("vetoed by r: no\n");
      assertThat(ended.exit()).isOne();
    }
  }

  /** An agent that does not answer is left at the deadline. */
  @Test
  void silenceIsATimeout() throws IOException {
    try (TestGate gate = new TestGate(trial).alive()) {
      gate.rules(TestGate.rule("r", "* * * * -", 300, "veto", "allow", "allow")).silent();
      Run.Ended ended = hook("start", new byte[10]);
      assertThat(ended.err()).isEqualTo("vetoed by r: no answer within 300 ms\n");
      Deadline.waited(Duration.ofMillis(300), ended.took());
    }
  }

  /** Nobody but the hook would have to wait for a disk that did not answer a moment ago. */
  @Test
  void aDiskThatWasStuckIsNotTouched() throws IOException {
    Needs.loopMounts();
    try (Disk disk = new Disk(trial)) {
      Path late = trial.run().resolve("late");
      Files.writeString(late, String.format("%020d", TestGate.boottime()));
      Files.setPosixFilePermissions(late, PosixFilePermissions.fromString("rw-r--r--"));
      disk.freeze();
      Run.Ended ended = hook("reconnect", new byte[10]);
      assertThat(ended.exit()).isZero();
      Deadline.kept(Duration.ofMillis(250), ended.took());
      assertThat(trial.lost()).singleElement().asString().startsWith("lost ").endsWith(" 110");
      disk.thaw();
    }
  }

  /** The kernel says no to every new process, as in a pids cgroup that is full. */
  private Run.Ended hook(String operation, byte[] stdin) throws IOException {
    return Run.of(shim, folder)
        .under("strace", "-f", "-o", "/dev/null", "-e", "inject=clone:error=EAGAIN")
        .with("g", operation, "begin", "-")
        .stdin(stdin)
        .run();
  }
}
