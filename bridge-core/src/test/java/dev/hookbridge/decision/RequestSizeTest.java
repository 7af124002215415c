package dev.hookbridge.decision;

import static dev.hookbridge.decision.TestRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.testing.FakeTransport;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A request is as large as its broker takes. */
class RequestSizeTest extends WithRig {
  @Test
  void aLargeRequestIsReduced() throws Exception {
    String xml = "<domain><name>web1</name><description>%s</description></domain>";
    byte[] stdin = String.format(xml, "x".repeat(2 << 20)).getBytes(StandardCharsets.UTF_8);
    FakeTransport.decider((channel, request) -> channel.reply(request, ALLOW));
    try (Rig rig = Rig.of(folder, rule("a"))) {
      byte[] record = ShimDouble.call("qemu", List.of("web1", "prepare", "begin", "-"), stdin);
      assertThat(Rig.get(rig.ask(record)).cause()).isEqualTo("decided");
      DecisionRequest request = rig.asked();
      assertThat(request.event().size()).isLessThan(900 << 10);
      assertThat(request.event().attributes()).containsEntry("reduced", "true");
      assertThat(new ObjectMapper().readTree(request.event().data()).at("/decision/rule").asText())
          .isEqualTo("a");
    }
  }

  /** A topic may take less than any client's default. */
  @Test
  void timeInTheChannelCountsAsWaiting() throws Exception {
    byte[] stdin =
        "<domain><name>web1</name><description>%s</description></domain>"
            .formatted("x".repeat(100_000))
            .getBytes(StandardCharsets.UTF_8);
    FakeTransport.decider((channel, request) -> channel.reply(request, ALLOW));
    try (Rig rig = Rig.of(folder, rule("a"))) {
      rig.line().maxEventBytes = 20_000;
      byte[] record = ShimDouble.call("qemu", List.of("web1", "prepare", "begin", "-"), stdin);
      assertThat(Rig.get(rig.ask(record)).cause()).isEqualTo("decided");
      DecisionRequest request = rig.asked();
      assertThat(request.event().size()).isLessThanOrEqualTo(20_000);
      assertThat(request.event().attributes()).containsEntry("reduced", "true");
    }
  }
}
