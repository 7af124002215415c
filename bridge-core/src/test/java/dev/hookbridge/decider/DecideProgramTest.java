package dev.hookbridge.decider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.command.Failures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a program may do to who runs it, and what comes of it. */
class DecideProgramTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final byte[] EVENT = "{\"id\":\"1\"}\n".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  private static DecideAnswer run(String script, byte[] event, Duration limit) throws Exception {
    try (DecideProgram program = new DecideProgram(List.of("sh", "-c", script))) {
      return program.provider(event, limit);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exit 0                                  | allow",
        "echo noise >&2                          | allow",
        "echo rubbish; exit 0                    | allow",
        "exit 1                                  | veto: no reason given",
        "echo too much memory >&2; exit 1        | veto: too much memory",
        "printf ' a\\n\\n\\tb\\033[31m\\0c\\n' >&2; exit 1 | veto: a b [31m c",
        "printf 'gr\\303\\274n \\377' >&2; exit 1 | veto: grün \uFFFD",
        "exit 2                                  | no answer: exit 2",
        "echo Traceback >&2; exit 3              | no answer: exit 3, Traceback",
        "kill -9 $$                              | no answer: signal 9",
        "grep -q '\"id\":\"1\"' && exit 1           | veto: no reason given",
        "no-such-command 2>/dev/null             | no answer: exit 127",
      })
  void anExitCodeIsAnAnswer(String script, String answer) throws Exception {
    assertThat(run(script, EVENT, PATIENCE)).hasToString(answer);
  }

  @Test
  void aReasonHas512Characters() throws Exception {
    String script = "i=0; while [ $i -lt 300 ]; do echo 'reason '; i=$((i+1)); done >&2; exit 1";
    assertThat(run(script, EVENT, PATIENCE).why())
        .startsWith("reason reason")
        .hasSizeBetween(500, 512);
  }

  @Test
  void aProgramNeedNotReadAndMayWriteWithoutEnd() throws Exception {
    assertThat(run("exit 0", new byte[4 << 20], PATIENCE)).hasToString("allow");
    assertThat(
            run(
                "head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2; exit 1",
                EVENT,
                PATIENCE))
        .hasToString("veto: no reason given");
  }

  @Test
  void oneThatHangsIsEndedWithItsChildren() throws Exception {
    Path pids = folder.resolve("pids");
    String script =
        "(sleep 1000 & echo $! >>" + pids + "; sh -c 'sleep 1000 & echo $! >>" + pids + "' & wait)";
    DecideAnswer answer = run(script, EVENT, Duration.ofMillis(1_500));
    assertThat(answer).hasToString("no answer: ended with its children after 1500 ms");
    assertEnded(pids, 2);
  }

  /** What holds stderr open would else hold the answer. */
  @RepeatedTest(5)
  void childrenLeftBehindAreEndedAndDoNotHoldTheAnswer() throws Exception {
    Path pids = folder.resolve("pids");
    DecideAnswer answer = run("sleep 1000 & echo $! >>" + pids + "; exit 0", EVENT, PATIENCE);
    assertThat(answer).hasToString("allow");
    assertEnded(pids, 1);
  }

  @Test
  void closingEndsWhatRunsAndStartsNoMore() throws Exception {
    Path pids = folder.resolve("pids");
    DecideProgram program =
        new DecideProgram(List.of("sh", "-c", "sleep 1000 & echo $! >>" + pids + "; wait"));
    CompletableFuture<DecideAnswer> judged =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return program.provider(EVENT, PATIENCE.multipliedBy(10));
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> Files.exists(pids) && !Files.readString(pids).isBlank());
    program.close();
    assertThat(judged.get(30, TimeUnit.SECONDS).word()).isNull();
    assertEnded(pids, 1);
    assertThat(program.provider(EVENT, PATIENCE)).hasToString("no answer: not run: stopping");
  }

  private static void assertEnded(Path pids, int count) throws IOException {
    List<String> lines = Files.readAllLines(pids);
    assertThat(lines).hasSize(count);
    for (String pid : lines) {
      Awaitility.await("the end of " + pid)
          .atMost(PATIENCE)
          .until(
              () ->
                  ProcessHandle.of(Long.parseLong(pid)).filter(DecideProgramTest::runs).isEmpty());
    }
  }

  /** One that ended stays in the table until its parent has looked; nobody looks in a container. */
  private static boolean runs(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aProgramThatIsNotThereIsToldAtOnce() {
    assertThatThrownBy(() -> new DecideProgram(List.of("/no/such/policy")))
        .isInstanceOf(Failures.Failure.class)
        .hasMessageStartingWith("/no/such/policy cannot be executed");
    assertThatThrownBy(() -> new DecideProgram(List.of("no-such-policy")))
        .isInstanceOf(Failures.Failure.class);
  }
}
