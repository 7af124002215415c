package dev.hookbridge.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log as the configuration wishes it. */
class LogFormatIT {
  private static final String FILE = "  local: { type: file, path: %s/events.jsonl }\n";

  @TempDir Path folder;

  @Test
  void eachLineOfAnAgentsLifeIsOneJsonObject() throws Exception {
    String log = "log: { format: json, level: debug }\n";
    try (Host host = new Host(folder, "kvm-07", FILE.formatted(folder) + log)) {
      host.startAgent();
      host.awaitReady();
      new Hooks(host).fire("web", 0);
      host.awaitDelivered();
      assertThat(host.stopAgent()).isZero();
      for (String line : host.log().lines().toList()) {
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(json.get("time").asText()).as(line).endsWith("Z");
        assertThat(json.get("level").asText()).as(line).isIn("debug", "info");
        assertThat(json.get("message").asText()).as(line).isNotBlank();
      }
      assertThat(host.log()).contains("sink local: connected to " + folder + "/events.jsonl");
    }
  }

  @Test
  void aLevelKeepsWhatIsBelowItOut() throws Exception {
    String log = "log: { level: warn }\n";
    try (Host host = new Host(folder, "kvm-07", FILE.formatted(folder) + log)) {
      host.startAgent();
      host.awaitReady();
      assertThat(host.stopAgent()).isZero();
      assertThat(host.log()).doesNotContain(" INFO ").contains("metrics on http://");
    }
  }
}
