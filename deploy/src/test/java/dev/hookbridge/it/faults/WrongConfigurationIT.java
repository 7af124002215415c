package dev.hookbridge.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An agent whose configuration is wrong does not start, and says in one sentence why. */
class WrongConfigurationIT {
  /** What no operator wrote and none shall read. */
  private static final String[] JAVA = {"Exception", "java.", "org.apache", "com.rabbitmq"};

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ type: file, pth: /tmp/x } | pth | path",
        "{ type: fille, path: /tmp/x } | fille | file",
        "{ type: kafka, topik: t, properties: { bootstrap.servers: 'h:1' } } | topik | topic",
        "{ type: amqp, uri: 'amqp://h', exchange: e, password: '${file:/nope}' } | /nope | make it",
        "{ type: amqp, uri: 'amqp://h', exchange: e, password: '${env:NOPE}' } | NOPE | set it",
        "{ type: file, path: relative } | path | absolute",
        "{ type: file, path: [ | hookbridge.yaml | line 5, column 1",
        "{ type: file, path: /tmp/x, rotate-bytes: 1KB } | rotate-bytes | 64KiB",
        "{ type: file, path: /tmp/x, max-event-bytes: 2GiB } | is 2GiB | from 1KiB to 1GiB",
        "{ type: kafka, topic: t, properties: { bootstrap.servers: 'h:1', linger.ms: x } } | linger.ms | documentation",
        "{ type: amqp, uri: 'rabbit:5672', exchange: e, password: x } | uri | amqp",
        "{ type: amqp, uri: 'amqp://h', exchange: e, heartbeat: 5m, password: x } | is 5m | from 1s to 1m",
        "{ type: amqp, uri: 'amqps://h', exchange: e, password: x, tls-ca: /nope } | tls-ca | check path"
      })
  void theAgentSaysWhatIsWrong(String sink, String what, String also) throws Exception {
    try (Host host = new Host(folder, "kvm-07", "  feed: " + sink + "\n")) {
      for (String command : new String[] {"agent", "check"}) {
        Host.Ran ran = host.hookbridge(command);
        assertThat(ran.exit()).as(ran.output()).isEqualTo(1);
        assertThat(ran.output())
            .startsWith("hookbridge: ")
            .hasLineCount(1)
            .contains(what, also, host.data + "/etc/hookbridge.yaml")
            .doesNotContain(JAVA);
      }
      new Hooks(host).fire("guest-0", 0); // no hook reads it
      assertThat(Files.list(host.data.resolve("mail/new")).toList()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"agent", "check"})
  void aMisspeltTopLevelKey(String command) throws Exception {
    try (Host host = new Host(folder, "kvm-07", "  feed: { type: file, path: /tmp/x }\n")) {
      Path file = host.data.resolve("etc/hookbridge.yaml");
      Files.writeString(file, Files.readString(file).replace("http:", "htp:"));
      Host.Ran ran = host.hookbridge(command);
      assertThat(ran.exit()).as(ran.output()).isEqualTo(1);
      assertThat(ran.output()).startsWith("hookbridge: ").hasLineCount(1).contains("htp", "http");
    }
  }

  /** What only a look at the brokers shows; nothing listens at port 1. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ type: kafka, topic: t, properties: { bootstrap.servers: '127.0.0.1:1' } } | nothing listens at 127.0.0.1:1",
        "{ type: kafka, topic: t, properties: { bootstrap.servers: 'k9.invalid:9092' } } | the name k9.invalid cannot be resolved",
        "{ type: amqp, uri: 'amqp://127.0.0.1:1', exchange: e, password: x } | nothing listens at 127.0.0.1:1",
        "{ type: amqp, uri: 'amqp://r9.invalid', exchange: e, password: x } | the name r9.invalid cannot be resolved",
        "{ type: amqp, uri: 'amqps://127.0.0.1:1', exchange: e, tls-ca: /etc/hostname, password: x } | certificate",
        "{ type: file, path: /nope/events.jsonl } | /nope",
        "{ type: file, path: /tmp/x, include: qemu.strated.begin } | did you mean started?"
      })
  void checkSaysWhatIsThere(String sink, String what) throws Exception {
    try (Host host = new Host(folder, "kvm-07", "  feed: " + sink + "\n")) {
      Host.Ran ran = host.hookbridge("check");
      assertThat(ran.output()).contains(what).doesNotContain(JAVA);
    }
  }

  @Test
  void aBusyPortAndARemovedSink() throws Exception {
    String away = "  away: { type: file, path: " + folder.resolve("missing/events.jsonl") + " }\n";
    String local = "  local: { type: file, path: " + folder.resolve("events.jsonl") + " }\n";
    try (Host host = new Host(folder, "kvm-07", local + away)) {
      host.startAgent();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> host.hookbridge("spool", "status").output().contains(" 1 unconfirmed"));
      assertThat(host.stopAgent()).isZero();
      Path file = host.data.resolve("etc/hookbridge.yaml");
      String port;
      try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
        port = "127.0.0.1:" + busy.getLocalPort();
        Files.writeString(
            file, Files.readString(file).replace(away, "").replace("127.0.0.1:0", port));
        Host.Ran failed = host.hookbridge("agent");
        assertThat(failed.exit()).isEqualTo(1);
        assertThat(failed.output().lines().filter(line -> line.startsWith("hookbridge: ")))
            .singleElement()
            .asString()
            .contains("cannot listen on " + port, "set 'http'")
            .doesNotContain(JAVA);
        Host.Ran checked = host.hookbridge("check");
        assertThat(checked.exit()).isEqualTo(1);
        assertThat(checked.output())
            .contains("failure http " + port + ": is taken by java, process ")
            .containsPattern(
                "warning sink away: is no longer configured and has not confirmed \\d+ events");
      }
      host.startAgent();
      host.awaitReady();
      Host.Ran checked = host.hookbridge("check");
      assertThat(checked.exit()).as(checked.output()).isZero();
      assertThat(checked.output())
          .contains("ok      http " + port + ": the running agent listens there")
          .doesNotContain("sink away");
    }
  }
}
