package dev.hookbridge.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.GetResponse;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.FeedReader;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Sink;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the sink does with a broker that is well. */
@ExtendWith(Rabbit.Shared.class)
final class AmqpSinkIT {
  private final Rabbit rabbit;
  private final Outcomes outcomes = new Outcomes();

  AmqpSinkIT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  @Test
  void aMessageCarriesEverything() throws Exception {
    String exchange = rabbit.exchange();
    String queue = rabbit.queue(exchange);
    Envelope event = Events.of("guest");
    try (Sink sink = rabbit.sink(exchange)) {
      assertThat(outcomes.through(sink, event)).isEqualTo(Outcome.CONFIRMED);
    }
    rabbit.plainly(
        channel -> {
          GetResponse got = channel.basicGet(queue, true);
          assertThat(got.getBody()).isEqualTo(event.data());
          assertThat(got.getEnvelope().getRoutingKey()).isEqualTo("qemu.start.begin.web-1");
          assertThat(got.getProps().getDeliveryMode()).isEqualTo(2);
          assertThat(got.getProps().getMessageId()).isEqualTo(event.id());
          assertThat(got.getProps().getContentType()).isEqualTo("application/json");
          assertThat(got.getProps().getType()).isEqualTo(event.type());
          assertThat(got.getProps().getTimestamp().toInstant())
              .isEqualTo(Instant.parse("2026-11-22T11:42:33Z"));
          assertThat(got.getProps().getHeaders())
              .hasSize(event.attributes().size() - 1)
              .hasEntrySatisfying(
                  "cloudEvents:partitionkey", key -> assertThat(key).hasToString("guest"));
        });
  }

  @Test
  void theFeedGivesBackWhatWasSentAndPassesOverWhatIsNoEvent() throws Exception {
    String exchange = rabbit.exchange();
    List<Envelope> sent = new ArrayList<>();
    List<Envelope> read = new ArrayList<>();
    try (Sink sink = rabbit.sink(exchange);
        FeedReader feed =
            new AmqpTransport().feed(rabbit.settings(exchange, Map.of()), false).orElseThrow()) {
      rabbit.plainly(channel -> channel.basicPublish(exchange, "foreign", null, new byte[] {1}));
      for (int i = 0; i < 2_500; i++) { // more than the prefetch
        Envelope event = Events.of("guest-" + i);
        sent.add(event);
        outcomes.send(sink, event);
      }
      while (read.size() < sent.size()) {
        List<Envelope> batch = feed.poll(Duration.ofSeconds(5));
        assertThat(batch).as("after %d", read.size()).isNotEmpty();
        read.addAll(batch);
      }
      sent.forEach(event -> assertThat(outcomes.await(event)).isEqualTo(Outcome.CONFIRMED));
    }
    assertThat(read).extracting(Envelope::id).isEqualTo(sent.stream().map(Envelope::id).toList());
    assertThat(read.get(0).attributes())
        .containsExactlyInAnyOrderEntriesOf(sent.get(0).attributes());
    assertThat(read.get(0).data()).isEqualTo(sent.get(0).data());
  }

  @Test
  void theBrokerReturnsThenAcksWhatNoQueueIsBoundFor() throws Exception {
    String exchange = rabbit.exchange();
    Envelope parked = Events.of("guest");
    Envelope discarded = Events.of("guest");
    try (Sink park = rabbit.sink(exchange);
        Sink discard = rabbit.sink(exchange, Map.of("unroutable", "discard"))) {
      assertThat(outcomes.through(park, parked))
          .isInstanceOfSatisfying(
              Outcome.Refused.class,
              refused -> assertThat(refused.reason()).isEqualTo(Reason.UNROUTABLE));
      assertThat(outcomes.through(discard, discarded))
          .isInstanceOfSatisfying(
              Outcome.Discarded.class,
              let -> assertThat(let.reason()).isEqualTo(Reason.UNROUTABLE));
    }
  }
}
