package dev.hookbridge.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Route;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A broker that is well and says no. */
@ExtendWith(Rabbit.Shared.class)
final class AmqpRefusalsIT {
  private static final int LIMIT = 1_000_000;
  private static final Map<String, String> PUBLISHER =
      Map.of("username", "publisher", "password", "s3cr3t-of-publisher");

  private final Rabbit rabbit;
  private final Outcomes outcomes = new Outcomes();

  AmqpRefusalsIT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  @AfterEach
  void putRight() {
    rabbit.broker.resume();
    rabbit.limit(128 << 20);
    if (rabbit.ctl("list_users").contains("publisher")) {
      rabbit.ctl("delete_user", "publisher");
    }
  }

  @Test
  void aFullQueueHolds() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange, Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
    Envelope first = Events.of("guest");
    Envelope second = Events.of("guest");
    try (Sink sink = rabbit.sink(exchange)) {
      assertThat(outcomes.through(sink, first)).isEqualTo(Outcome.CONFIRMED);
      assertThat(outcomes.through(sink, second)).isEqualTo(held(Reason.REJECTED, second));
    }
  }

  @Test
  void oneEventTooLargeIsRefusedAndTheSinkLearnsTheLimit() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    lowerTheLimit();
    Envelope big = Events.of("guest", LIMIT + 500_000);
    Envelope again = Events.of("guest", LIMIT + 1);
    Envelope good = Events.of("guest", LIMIT);
    try (Sink sink = rabbit.sink(exchange)) {
      assertThat(sink.maxEventBytes()).isEqualTo(128 << 20);
      assertThat(outcomes.through(sink, big)).isInstanceOf(Outcome.Refused.class);
      assertThat(((Outcome.Refused) outcomes.await(big)).reason()).isEqualTo(Reason.TOO_LARGE);
      assertThat(sink.maxEventBytes()).isEqualTo(LIMIT);
      assertThat(outcomes.through(sink, again)).isInstanceOf(Outcome.Refused.class);
      assertThat(outcomes.through(sink, good)).isEqualTo(Outcome.CONFIRMED);
    }
  }

  @Test
  void amongSeveralNobodyKnowsWhichOneSoTheSinkBreaksAndSuspects() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    lowerTheLimit();
    Envelope good = Events.of("good");
    Envelope big = Events.of("guest", LIMIT + 1);
    Envelope after = Events.of("after");
    try (Sink sink = rabbit.sink(exchange)) {
      rabbit.broker.pause(); // so that all three are under way when it reads the second
      outcomes.send(sink, good);
      outcomes.send(sink, big);
      outcomes.send(sink, after);
      rabbit.broker.resume();
      Outcome broken = outcomes.await(big);
      assertThat(broken).isEqualTo(new Outcome.Broken(Reason.TOO_LARGE, detail(broken), true));
      assertThat(outcomes.await(after)).isEqualTo(broken);
      assertThat(outcomes.await(good)).isIn(Outcome.CONFIRMED, broken);
      assertThat(outcomes.through(sink, Events.of("later"))).isInstanceOf(Outcome.Broken.class);
    }
  }

  @Test
  void attributesThatFitIntoNoFrameAreRefusedAndLaterConfirmsStillMatch() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    Envelope wide = Events.of("guest").with("subject", "ü".repeat(70_000));
    Envelope good = Events.of("guest");
    try (Sink sink = rabbit.sink(exchange)) {
      assertThat(outcomes.through(sink, wide)).isInstanceOf(Outcome.Refused.class);
      assertThat(((Outcome.Refused) outcomes.await(wide)).reason()).isEqualTo(Reason.INVALID);
      assertThat(outcomes.through(sink, good)).isEqualTo(Outcome.CONFIRMED);
    }
  }

  @Test
  void anExchangeThatIsNotThereHoldsAndIsNotMade() throws Exception {
    assertThatThrownBy(() -> rabbit.sink("no.such"))
        .isInstanceOfSatisfying(
            SinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MISSING))
        .hasMessageContaining("no.such");
    assertThat(rabbit.ctl("list_exchanges", "name")).doesNotContain("no.such");
  }

  @Test
  void anExchangeThatGoesHolds() throws Exception {
    String exchange = rabbit.exchange();
    Envelope first = Events.of("guest");
    Envelope second = Events.of("guest");
    try (Sink sink = rabbit.sink(exchange)) {
      rabbit.plainly(channel -> channel.exchangeDelete(exchange));
      assertThat(outcomes.through(sink, first)).isEqualTo(held(Reason.MISSING, first));
      assertThat(outcomes.through(sink, second))
          .isInstanceOfSatisfying(
              Outcome.Broken.class, end -> assertThat(end.reason()).isEqualTo(Reason.MISSING));
    }
  }

  @Test
  void aPermissionWithdrawnHoldsUntilItIsGivenBack() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    publisher(".*");
    Envelope before = Events.of("guest");
    Envelope within = Events.of("guest");
    try (Sink sink = rabbit.sink(exchange, PUBLISHER)) {
      assertThat(outcomes.through(sink, before)).isEqualTo(Outcome.CONFIRMED);
    }
    rabbit.ctl("set_permissions", "publisher", "^$", "^$", "^$");
    try (Sink sink = rabbit.sink(exchange, PUBLISHER)) {
      assertThat(outcomes.through(sink, within)).isEqualTo(held(Reason.AUTHORIZATION, within));
      rabbit.ctl("set_permissions", "publisher", "^$", ".*", "^$");
      await()
          .untilAsserted(
              () -> {
                Envelope later = Events.of("guest");
                assertThat(outcomes.through(sink, later)).isEqualTo(Outcome.CONFIRMED);
              });
    }
  }

  @Test
  void aTopicPermissionHoldsOneKeyWhileOthersGoOn() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    publisher(".*");
    rabbit.ctl("set_topic_permissions", "publisher", exchange, "^qemu\\.", "^$");
    Envelope guest = Events.of("guest");
    Route route = new Route("network", "start", "begin", "lan");
    Envelope network = new Envelope(guest.attributes(), route, guest.data(), -1).with("id", "n1");
    try (Sink sink = rabbit.sink(exchange, PUBLISHER)) {
      assertThat(outcomes.through(sink, network)).isEqualTo(held(Reason.AUTHORIZATION, network));
      assertThat(outcomes.through(sink, guest)).isEqualTo(Outcome.CONFIRMED);
    }
  }

  @Test
  void refusedLoginIsExplainedWithoutSecrets() throws Exception {
    publisher("^$");
    rabbit.ctl("clear_permissions", "publisher");
    refused(PUBLISHER, Reason.AUTHORIZATION);
    refused(Map.of("username", "publisher", "password", "wr0ng-one"), Reason.AUTHENTICATION);
    refused(Map.of("username", "nobody", "password", "wr0ng-one"), Reason.AUTHENTICATION);
    String nowhere = rabbit.uri() + "/no-such-vhost";
    refused(Map.of("uri", nowhere), Reason.MISSING);
  }

  private void refused(Map<String, String> more, Reason reason) {
    assertThatThrownBy(() -> rabbit.sink("any", more))
        .isInstanceOfSatisfying(
            SinkException.class, e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason))
        .message()
        .doesNotContain("s3cr3t", "wr0ng", "guest:guest");
  }

  private void publisher(String write) {
    rabbit.ctl("add_user", "publisher", PUBLISHER.get("password"));
    rabbit.ctl("set_permissions", "publisher", "^$", write, "^$");
  }

  private void lowerTheLimit() {
    rabbit.limit(LIMIT);
  }

  private Outcome.Held held(Reason reason, Envelope event) {
    return new Outcome.Held(reason, detail(outcomes.await(event)));
  }

  private static String detail(Outcome outcome) {
    return outcome instanceof Outcome.Held held
        ? held.detail()
        : outcome instanceof Outcome.Broken broken
            ? broken.detail()
            : outcome instanceof Outcome.Refused refused ? refused.detail() : "";
  }
}
