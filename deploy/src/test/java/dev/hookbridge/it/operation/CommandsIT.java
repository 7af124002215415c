package dev.hookbridge.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as a user runs them: what they print, and their exit codes. */
class CommandsIT {
  @TempDir Path folder;
  private Path events;
  private Host host;

  @BeforeEach
  void install() throws Exception {
    events = folder.resolve("events.jsonl");
    host = new Host(folder, "kvm-07", "  feed: { type: file, path: " + events + " }\n");
  }

  @AfterEach
  void end() {
    host.close();
  }

  private List<String> lines() throws Exception {
    return Files.exists(events) ? Files.readAllLines(events) : List.of();
  }

  private void awaitEvents(int count) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> lines().stream().filter(line -> line.contains("libvirt.")).count() >= count);
  }

  @Test
  void aLifeFromFireToTail() throws Exception {
    Host.Ran fired =
        host.hookbridge(
            "fire", "--recording", Repository.file("deploy/examples/guest-life.jsonl").toString());
    assertThat(fired.exit()).as(fired.output()).isZero();
    assertThat(fired.output()).contains("7 calls made by ", "/libexec/hookbridge-hook, 0 exits");
    host.startAgent();
    awaitEvents(7);
    Host.Ran tail = host.hookbridge("tail", "--from-beginning", "--count", "8", "--wait", "20");
    assertThat(tail.exit()).as(tail.output()).isZero();
    assertThat(tail.output())
        .contains("agent.started", "qemu.prepare", "network.port-created", "qemu.release")
        .contains("kvm-07.example.org");
    Host.Ran json = host.hookbridge("tail", "--json", "--from-beginning", "--count", "8");
    JsonNode last = Consumer.JSON.readTree(json.output().lines().skip(8).findFirst().orElse(""));
    assertThat(last.get("type").asText()).isEqualTo("dev.hookbridge.libvirt.qemu.release.v1");
    assertThat(last.at("/data/domain/name").asText()).isEqualTo("gnet");
    assertThat(host.stopAgent()).isZero();
    assertThat(String.join("\n", lines())).contains("dev.hookbridge.agent.stopped.v1");
  }

  @Test
  void theSpoolIsShownBesideARunningAgent() throws Exception {
    host.hookbridge("fire", "--times", "3", "web1", "prepare", "begin", "-");
    host.startAgent();
    awaitEvents(3);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> host.hookbridge("spool", "status").output().contains(" 0 unconfirmed"));
    Host.Ran status = host.hookbridge("spool", "status");
    assertThat(status.exit()).isZero();
    assertThat(status.output()).contains("epoch ", "last     4", "sink     feed:");
    assertThat(host.hookbridge("spool", "list").exit()).isZero();
    assertThat(host.hookbridge("spool", "dead", "list").output()).isEmpty();
    Host.Ran retry = host.hookbridge("spool", "dead", "retry", "17", "18", "17");
    assertThat(retry.exit()).isOne();
    assertThat(retry.output())
        .isEqualTo(
            "hookbridge: nothing is sent again: 'spool dead list' does not have 2 of these numbers\n");
    retry = host.hookbridge("spool", "dead", "retry", "--sink", "feed");
    assertThat(retry.exit()).isOne();
    assertThat(retry.output()).endsWith("'spool dead list' has none of sink 'feed'\n");
    Path out = folder.resolve("export.jsonl");
    assertThat(host.hookbridge("spool", "export", "--to", out.toString()).exit()).isZero();
    assertThat(out).exists();
  }

  @Test
  void waitingEventsCanBeExported() throws Exception {
    Path nowhere = folder.resolve("missing/events.jsonl");
    try (Host waiting =
        new Host(folder, "kvm-08", "  feed: { type: file, path: " + nowhere + " }\n")) {
      waiting.hookbridge("fire", "--times", "5", "web1", "prepare", "begin", "-");
      waiting.startAgent();
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> waiting.hookbridge("spool", "status").output().contains(" 6 unconfirmed"));
      assertThat(waiting.ask("/ready").statusCode()).isEqualTo(503);
      assertThat(waiting.ask("/ready").body()).contains("failing sink feed: unreachable");
      assertThat(waiting.ask("/healthy").statusCode()).isEqualTo(200);
      Host.Ran exported = waiting.hookbridge("spool", "export");
      assertThat(exported.output().lines().filter(line -> line.startsWith("{"))).hasSize(6);
      String toAFullDisk = Host.DISTRIBUTION + "/bin/hookbridge spool export >/dev/full";
      assertThat(
              Host.run(Duration.ofSeconds(60), waiting.environment(), "sh", "-c", toAFullDisk)
                  .exit())
          .as("what could not be written is not said to be exported")
          .isEqualTo(1);
      assertThat(waiting.hookbridge("spool", "list").output()).contains("qemu.prepare");
      Files.createDirectory(nowhere.getParent());
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> Files.exists(nowhere) && Files.readAllLines(nowhere).size() == 6);
    }
  }

  @Test
  void aSecondAgentIsRefused() throws Exception {
    host.startAgent();
    host.awaitReady();
    Host.Ran second = host.hookbridge("agent");
    assertThat(second.exit()).isEqualTo(1);
    assertThat(second.output()).startsWith("hookbridge: ").contains(host.data + "/spool");
    assertThat(host.agentLives()).isTrue();
  }

  @Test
  void checkSaysWhatIsWrong() throws Exception {
    Host.Ran well = host.hookbridge("check");
    assertThat(well.exit()).as(well.output()).isZero();
    Files.writeString(host.data.resolve("etc/hookbridge.yaml"), "host: localhost\n");
    Host.Ran wrong = host.hookbridge("check");
    assertThat(wrong.exit()).isEqualTo(1);
    assertThat(wrong.output()).startsWith("hookbridge: ").contains("set 'host'").hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "fire", "tail", "check", "spool", "spool dead"})
  void everyCommandHasHelp(String command) throws Exception {
    String[] words = (command + " --help").split(" ", -1);
    Host.Ran help = host.hookbridge(words);
    assertThat(help.exit()).isZero();
    assertThat(help.output()).startsWith("Usage: hookbridge " + command);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "tail --nope", "spool", "fire a b c d e"})
  void wrongUsageIsTwo(String command) throws Exception {
    assertThat(host.hookbridge(command.split(" ", -1)).exit()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tail other", "spool dead retry", "fire --recording /nope"})
  void failureIsOneSentenceAndOne(String command) throws Exception {
    Host.Ran ran = host.hookbridge(command.split(" ", -1));
    assertThat(ran.exit()).as(ran.output()).isEqualTo(1);
    assertThat(ran.output()).startsWith("hookbridge: ").hasLineCount(1);
  }
}
