package dev.hookbridge.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An agent whose configuration is wrong does not start, and says in one sentence why. */
class WrongConfigurationIT {
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
        "{ type: file, path: [ | hookbridge.yaml | line"
      })
  void theAgentSaysWhatIsWrong(String sink, String what, String also) throws Exception {
    try (Host host = new Host(folder, "kvm-07", "  feed: " + sink + "\n")) {
      for (String command : new String[] {"agent", "check"}) {
        Host.Ran ran = host.hookbridge(command);
        assertThat(ran.exit()).as(ran.output()).isEqualTo(1);
        assertThat(ran.output())
            .startsWith("hookbridge: ")
            .hasLineCount(1)
            .contains(what, also, host.data + "/etc/hookbridge.yaml");
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
}
