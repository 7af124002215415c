package dev.hookbridge.decision;

import static dev.hookbridge.decision.TestRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.decision.gate.GatesFile;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.record.MalformedRecordException;
import dev.hookbridge.record.Records;
import dev.hookbridge.testing.FakeTransport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Rules that only watch. */
class ObserveTest extends WithRig {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String UNOBSERVED = "hookbridge.decisions.dry.run.skipped";

  private static HookCall call(String object, Map<String, String> more)
      throws MalformedRecordException {
    byte[] record =
        ShimDouble.call(
            ShimDouble.newId(),
            "qemu",
            List.of(object, "prepare", "begin", "-"),
            Rig.GUEST.getBytes(StandardCharsets.UTF_8),
            more);
    return Records.call(record, record.length);
  }

  private static TestRule observing(String name) {
    return rule(name).mode(Rule.Mode.OBSERVE);
  }

  private static Envelope made(Rig rig) {
    Awaitility.await("decision.made")
        .atMost(Rig.PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> rig.reported.stream().anyMatch(ObserveTest::isMade));
    return rig.reported.stream().filter(ObserveTest::isMade).findFirst().orElseThrow();
  }

  private static boolean isMade(Envelope event) {
    return event.type().equals("dev.hookbridge.decision.made.v1");
  }

  @Test
  void dryRunDecisionIsReported() throws Exception {
    FakeTransport.decider((channel, request) -> channel.reply(request, VETO));
    try (Rig rig = Rig.of(folder, observing("a"))) {
      HookCall call = call("web1", Map.of());
      rig.decisions.taken(call, rig.envelopes.of(call));
      Envelope made = made(rig);
      assertThat(made.attributes()).containsEntry("causationid", call.id());
      JsonNode data = JSON.readTree(made.data());
      assertThat(data.get("mode").asText()).isEqualTo("observe");
      assertThat(data.get("decision").asText()).isEqualTo("veto");
      assertThat(data.has("exit")).as("the hook knows nothing of it").isFalse();
      assertThat(data.get("reason").asText()).isEqualTo("no room");
      assertThat(GatesFile.read(folder)).as("nothing the shim would ask about").isEmpty();
      assertThat(rig.meters.get("hookbridge.decisions").tag("decision", "veto").counter().count())
          .isEqualTo(1);
    }
  }

  @Test
  void silenceIsADecisionToo() throws Exception {
    try (Rig rig = Rig.of(folder, observing("a").timeout(Duration.ofSeconds(4)))) {
      HookCall call = call("web1", Map.of());
      rig.decisions.taken(call, rig.envelopes.of(call));
      assertThat(JSON.readTree(made(rig).data()).get("cause").asText()).isEqualTo("timeout");
      assertThat(rig.meters.get("hookbridge.decisions.failed.open").counter().count())
          .as("nothing was let through")
          .isZero();
    }
  }

  @Test
  void aBacklogIsNotAsked() throws Exception {
    try (Rig rig = Rig.of(folder, observing("a"))) {
      HookCall old = call("web1", Map.of("time", "1768469400000000000"));
      rig.decisions.taken(old, rig.envelopes.of(old));
      assertThat(rig.counted(UNOBSERVED, "old")).isEqualTo(1);
      assertThat(rig.line().asked).isEmpty();
    }
  }

  @Test
  void tooManyAreLeftOutAndCounted() throws Exception {
    try (Rig rig = Rig.of(folder, observing("a"))) {
      for (int i = 0; i < 400; i++) {
        HookCall call = call("web" + i, Map.of());
        rig.decisions.taken(call, rig.envelopes.of(call));
      }
      assertThat(rig.counted(UNOBSERVED, "overflow")).isBetween(1.0, 144.0);
    }
  }

  @Test
  void othersAndThoseThatAreOffAreNotAsked() throws Exception {
    try (Rig rig =
        Rig.of(
            folder,
            observing("a").object("prod-*"),
            observing("b").condition("domain.memoryKiB > 67108864"),
            rule("c").mode(Rule.Mode.OFF))) {
      HookCall call = call("web1", Map.of());
      rig.decisions.taken(call, rig.envelopes.of(call));
      HookCall right = call("prod-1", Map.of());
      rig.decisions.taken(right, rig.envelopes.of(right));
      assertThat(rig.asked().rule()).isEqualTo("a");
      assertThat(rig.line().asked).isEmpty();
      assertThat(rig.reported).noneMatch(ObserveTest::isMade);
    }
  }
}
