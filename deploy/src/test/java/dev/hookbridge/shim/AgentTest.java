package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A call is durable whether the agent runs or not: the shim does the same for both. */
class AgentTest {
  @TempDir Path folder;

  @Test
  void withAndWithoutAnAgentTheSystemCallsAreTheSame() throws Exception {
    Needs.command("strace");
    Trial trial = begun();
    List<String> without = systemCalls();
    assertThat(without).contains("fsync", "linkat", "exit_group").doesNotContain("connect");

    Path mailbox = trial.mail().resolve("new");
    Path lock = folder.resolve("spool/lock");
    try (var watcher = mailbox.getFileSystem().newWatchService();
        var channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var held = channel.lock()) {
      mailbox.register(watcher, StandardWatchEventKinds.ENTRY_CREATE);
      List<String> with = systemCalls();
      assertThat(watcher.poll(60, TimeUnit.SECONDS)).isNotNull();
      assertThat(held.isValid()).isTrue();
      assertThat(with).isEqualTo(without);
    }
    assertThat(trial.calls()).hasSize(3);
  }

  /** The hot path: what is added here is added to every hook call of a host. */
  @Test
  void theSystemCallsOfACallAreFew() throws Exception {
    Needs.command("strace");
    begun();
    assertThat(systemCalls()).hasSizeLessThanOrEqualTo(66);
  }

  /**
   * What gates cost a call that is not gated: nothing where it cannot be, else to look for a file,
   * and to read it where there is one.
   */
  @Test
  void anUngatedCallOnlyReadsTheGatesFile() throws Exception {
    Needs.command("strace");
    Trial trial = begun();
    List<String> before = systemCalls("stopped");
    assertThat(added(before, systemCalls("prepare"))).containsExactly("openat", "openat");

    try (TestGate gate = new TestGate(trial).alive()) {
      gate.rules(TestGate.rule("r", "* * * other -", 1000, "veto")).silent();
      assertThat(systemCalls("stopped")).isEqualTo(before);
      assertThat(added(before, systemCalls("prepare")))
          .hasSize(5)
          .allMatch(name -> name.matches("openat|fstat|newfstatat|read"));
    }
  }

  /** The first hook after a host's start makes a file that the others only open. */
  private Trial begun() throws IOException {
    Trial trial = new Trial(folder);
    assertThat(Run.of(Shim.PLAIN, folder).run().exit()).isZero();
    return trial;
  }

  private static List<String> added(List<String> before, List<String> after) {
    List<String> added = new ArrayList<>(after);
    for (String name : before) {
      assertThat(added.remove(name)).as(name).isTrue();
    }
    Collections.sort(added);
    return added;
  }

  private List<String> systemCalls() throws IOException {
    return systemCalls("prepare");
  }

  /** The names of the system calls of the hook, then those of its helper. */
  private List<String> systemCalls(String operation) throws IOException {
    Path traces = Files.createTempDirectory(folder, "strace");
    Path start = folder.resolve("start");
    Files.writeString(start, "exec \"$@\"");
    int exit =
        Run.of(Shim.PLAIN, folder)
            .under("strace", "-ff", "-o", traces.resolve("trace").toString())
            .with("guest", operation, "begin", "-")
            .stdin(start)
            .run()
            .exit();
    assertThat(exit).isZero();
    try (var files = Files.list(traces)) {
      return files
          .sorted()
          .flatMap(file -> lines(file).stream())
          .dropWhile(line -> !line.contains("hookbridge-hook"))
          .map(line -> line.replaceAll("\\(.*", ""))
          .filter(name -> name.matches("\\w+"))
          .toList();
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
