package dev.hookbridge.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.api.DecisionChannel;
import dev.hookbridge.api.DecisionFeed;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.docs.Page;
import dev.hookbridge.testing.DecisionBrokerContract;
import dev.hookbridge.testing.Heard;
import dev.hookbridge.testing.Questions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The permissions in {@code docs/decisions.md} are enough for each end, and no more than that. */
@ExtendWith(Rabbit.Shared.class)
class DecisionRightsIT {
  private static final String EXCHANGE = "libvirt.decisions";
  private final Questions questions = new Questions(System.nanoTime());
  private final Rabbit rabbit;

  DecisionRightsIT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  @BeforeEach
  void users() {
    rabbit.plainly(channel -> channel.exchangeDeclare(EXCHANGE, "topic", true));
    String shown = Page.of("docs/decisions.md").block("acls: amqp");
    for (String line : shown.strip().split("\n", -1)) {
      String[] words = line.replace("'", "").split(" ", -1);
      rabbit.ctl("add_user", words[2], "secret");
      rabbit.ctl(Arrays.copyOfRange(words, 1, words.length));
    }
  }

  @AfterEach
  void noUsers() {
    rabbit.ctl("delete_user", "hosts");
    rabbit.ctl("delete_user", "deciders");
    rabbit.plainly(channel -> channel.exchangeDelete(EXCHANGE));
  }

  private Settings as(String user) {
    return new Settings(
        "sinks.exam",
        Map.of("uri", rabbit.uri(), "exchange", "feed", "username", user, "password", "secret"));
  }

  @Test
  void hostsAskAndDecidersAnswer() throws Exception {
    AmqpTransport transport = new AmqpTransport();
    Heard heard = new Heard();
    DecisionRequest request = questions.next("placement", "web-1");
    try (DecisionFeed feed =
            transport.decisionFeed(as("deciders"), "a", "placement", 1).orElseThrow();
        DecisionChannel channel =
            transport.decisions(as("hosts"), context(), heard).orElseThrow()) {
      channel.ask(request);
      DecisionBrokerContract.next(feed).reply(new byte[] {1});
      heard.awaitReplies(request.correlation(), 1);
    }
    assertThat(heard.faults()).isEmpty();
  }

  @Test
  void aHostMayNotDecide() {
    assertThatThrownBy(() -> new AmqpTransport().decisionFeed(as("hosts"), "a", "*", 1))
        .isInstanceOfSatisfying(
            SinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.AUTHORIZATION));
  }

  /** It can be told only once it is tried; then the channel ends and says why. */
  @Test
  void aDeciderMayNotAsk() throws Exception {
    Heard heard = new Heard();
    DecisionRequest request = questions.next("placement", "web-1");
    try (DecisionChannel channel =
        new AmqpTransport().decisions(as("deciders"), context(), heard).orElseThrow()) {
      channel.ask(request);
      heard.awaitBroken(Duration.ofSeconds(30));
      assertThat(heard.faults()).hasSize(2).allMatch(why -> why.contains("403"));
    }
  }

  private SinkContext context() {
    return new SinkContext("exam", "kvm-07", rabbit.meters);
  }
}
