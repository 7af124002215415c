package dev.hookbridge.shim;

import static dev.hookbridge.shim.TestGate.answer;
import static dev.hookbridge.shim.TestGate.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.hookbridge.testing.Deadline;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
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

/** What happens to a whole host: many calls at once, agents that stop, disks that freeze. */
@ParameterizedClass
@EnumSource(Shim.class)
class GateHostTest {
  private static final String ALL = "* * * * -";
  private static final FileAttribute<?> OWNERS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  @Parameter Shim shim;

  @TempDir(factory = InMemory.class)
  Path outer;

  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(outer.resolve("trial"));
  }

  @Test
  void twoHundredAtOnceAreAllAnswered() throws Exception {
    Trial trial = new Trial(folder);
    int calls = shim == Shim.PLAIN ? 200 : 40; // the sanitizers' memory
    try (TestGate gate = new TestGate(trial).alive()) {
      gate.rules(rule("r", ALL, 10_000, "veto")).answering(answer(0, "decided", "r", ""));
      assertThat(exits(calls, "start")).hasSize(calls).containsOnly(0);
      assertThat(gate.asks).hasSize(calls);
    }
    assertThat(trial.calls()).hasSize(calls);
    assertThat(trial.outcomes())
        .hasSize(calls)
        .allMatch(outcome -> outcome.field("cause").equals("decided"));
    assertThat(trial.outcomes()).extracting(o -> o.field("call")).doesNotHaveDuplicates();
    assertThat(trial.lost()).isEmpty();
  }

  /** Whoever was asked meanwhile is not waited for. */
  @Test
  void aCallThatMustBeWrittenAndCannotFailsAtOnce() throws IOException {
    Trial trial = new Trial(folder).conf("when-full: fail-hook\nreserve: 100%\n");
    try (TestGate gate = new TestGate(trial).alive()) {
      gate.rules(rule("r", ALL, 10_000, "allow")).silent();
      Run.Ended ended = Run.of(shim, folder).run();
      assertThat(ended.exit()).isOne();
      assertThat(ended.err()).contains("could not be written");
      assertThat(ended.took()).as("not the rule's timeout").isLessThan(Duration.ofSeconds(10));
      assertThat(trial.lost()).hasSize(1);
    }
  }

  /** The host boots, and its guests are started before the agent is. */
  @Test
  void beforeTheAgentIsUpNoHookWaits() throws Exception {
    Trial trial = new Trial(folder);
    new TestGate(trial).rules(rule("r", ALL, 10_000, "veto", "veto", "allow"));
    int calls = shim == Shim.PLAIN ? 200 : 40;
    assertThat(exits(calls, "start")).hasSize(calls).containsOnly(0);
    assertThat(trial.outcomes())
        .hasSize(calls)
        .allMatch(outcome -> outcome.field("cause").equals("absent"))
        .allMatch(outcome -> Long.parseLong(outcome.field("waited")) < 10_000_000_000L);
  }

  private List<Integer> exits(int calls, String operation) throws Exception {
    List<Process> running = new ArrayList<>();
    List<Integer> exits = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      running.add(Run.of(shim, folder).with("g" + i, operation, "begin", "-").start());
    }
    for (Process process : running) {
      process.getOutputStream().close();
    }
    for (Process process : running) {
      exits.add(process.waitFor());
    }
    return exits;
  }

  /** Root's installation: the agent is another user, whose folder root walks through. */
  @Test
  void theAgentOfAnotherUserIsAsked() throws Exception {
    Needs.root();
    Needs.command("setpriv");
    Files.setPosixFilePermissions(outer, PosixFilePermissions.fromString("rwxr-xr-x"));
    Run.tool("sh", "" + Shim.layout(), "--root", "" + outer, "--user", "nobody", "--no-user");
    Path data = outer.resolve("var/lib/hookbridge");
    Path gates = data.resolve("gates.d");
    byte[] rules = (rule("r", ALL, 10_000, "allow") + "\n").getBytes();
    Files.write(gates.resolve("gates"), Mail.write("gates", List.of(), rules));
    Run.tool("chown", "65534", gates.resolve("gates").toString());
    Path classes = Files.createDirectory(outer.resolve("classes"));
    byte[] veto = answer(1, "decided", "r", "no");
    Process agent = GateProcess.start(classes, gates, veto, 65534);
    try {
      Run.Ended ended = Run.of(shim, data).run();
      assertThat(ended.err()).isEqualTo("vetoed by r: no\n");
      assertThat(Run.of(shim, data).option("uid=65533").run().exit()).isZero();
    } finally {
      agent.destroyForcibly().waitFor();
    }
    assertThat(Run.tool("find", data + "/mail/new", "-type", "f", "-printf", "%u %m\n"))
        .isEqualTo("nobody 600\n".repeat(2));
  }

  @Test
  void anAgentThatIsStoppedHoldsNoHookBeyondItsDeadlineAndSoonNoneAtAll() throws Exception {
    Trial trial = new Trial(folder);
    new TestGate(trial).rules(rule("r", ALL, 300, "veto", "allow", "allow"));
    Path classes = Files.createDirectory(outer.resolve("classes"));
    Process agent = GateProcess.start(classes, trial.gates(), answer(0, "decided", "r", ""), 0);
    try {
      assertThat(Run.of(shim, folder).run().exit()).isZero();
      Run.tool("kill", "-STOP", "" + agent.pid());
      int late = 0;
      for (; Run.of(shim, folder).run().exit() == 1; late++) {
        assertThat(late).isLessThan(50);
      }
      assertThat(late).isPositive();
      assertThat(trial.outcomes())
          .extracting(outcome -> outcome.field("cause"))
          .startsWith("decided", "timeout")
          .endsWith("timeout", "absent");
    } finally {
      agent.destroyForcibly().waitFor();
    }
  }

  /** The call is on the disk, the answer is there, but what was done cannot be written. */
  @Test
  void aDiskThatFreezesWhileAGateIsAsked() throws IOException {
    Needs.loopMounts();
    Trial trial = new Trial(folder);
    try (Disk disk = new Disk(trial);
        TestGate gate = new TestGate(trial).alive()) {
      gate.rules(rule("r", ALL, 10_000, "allow"));
      gate.serving(
          channel -> {
            TestGate.ask(channel);
            disk.freeze();
            TestGate.send(channel, answer(1, "decided", "r", "no"));
          });
      Run.Ended ended = Run.of(shim, folder).run();
      assertThat(ended.err()).isEqualTo("vetoed by r: no\n");
      Deadline.waited(Duration.ofSeconds(5), ended.took());
      assertThat(trial.lost()).singleElement().asString().matches(Trial.LINE).startsWith("late ");
      String late = trial.lost().get(0).split(" ")[1];
      disk.thaw();
      await().atMost(Duration.ofSeconds(60)).until(() -> trial.files().size() == 2);
      assertThat(trial.outcomes()).singleElement().extracting(o -> o.field("id")).isEqualTo(late);
      assertThat(trial.onlyCall().field("id")).isNotEqualTo(late);
    }
  }

  /** The question goes out while the disk is waited for: a word that came meanwhile counts. */
  @Test
  void aDiskThatIsFrozenBefore() throws IOException {
    Needs.loopMounts();
    Trial trial = new Trial(folder);
    try (Disk disk = new Disk(trial);
        TestGate gate = new TestGate(trial).alive()) {
      gate.answering(answer(1, "decided", "r", "no"));
      gate.rules(rule("r", ALL, 10_000, "allow", "allow", "allow"));
      disk.freeze();
      Run.Ended first = Run.of(shim, folder).run();
      assertThat(first.err()).isEqualTo("vetoed by r: no\n");
      Deadline.waited(Duration.ofSeconds(5), first.took());
      gate.serving(TestGate::ask);
      gate.rules(rule("r", ALL, 10_000, "allow", "allow", "veto"));
      Run.Ended second = Run.of(shim, folder).run();
      assertThat(second.err()).isEqualTo("vetoed by r: the mailbox's disk does not answer\n");
      assertThat(second.took()).as("not 5 s again").isLessThan(Duration.ofMillis(4_900));
      gate.rules(rule("r", ALL, 10_000, "veto", "veto", "allow"));
      assertThat(Run.of(shim, folder).run().exit()).isZero();
      int asks = gate.asks.size();
      assertThat(Run.of(shim, folder).with("g", "reconnect", "begin", "-").run().exit()).isZero();
      assertThat(gate.asks).hasSize(asks);
      assertThat(trial.lost()).hasSize(7).allMatch(line -> line.startsWith("late "));
      disk.thaw();
      await().atMost(Duration.ofSeconds(60)).until(() -> trial.files().size() == 7);
      assertThat(trial.calls()).hasSize(4);
      assertThat(trial.outcomes())
          .extracting(outcome -> outcome.field("cause"), outcome -> outcome.field("exit"))
          .containsExactly(tuple("decided", "1"), tuple("absent", "1"), tuple("absent", "0"));
    }
  }

  @Test
  void theGatesMayLieOnTheFrozenDiskToo() throws IOException {
    try (Disk disk = new Disk(folder)) {
      Trial trial = new Trial(folder);
      TestGate gate = new TestGate(trial).rules(rule("r", ALL, 10_000, "allow"));
      gate.alive(TestGate.boottime());
      // An installation has its run folder in memory, and a hook that came before.
      Files.createFile(folder.resolve("run/helpers"), OWNERS);
      disk.freeze();
      Run.Ended ended = Run.of(shim, folder).run();
      assertThat(ended.exit()).isZero();
      Deadline.waited(Duration.ofSeconds(5), ended.took());
      disk.thaw();
      await().atMost(Duration.ofSeconds(60)).until(() -> trial.files().size() == 2);
    }
  }
}
