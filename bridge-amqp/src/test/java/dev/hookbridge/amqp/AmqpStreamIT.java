package dev.hookbridge.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.delivery.Pipeline;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream is bound to the exchange instead of a queue, and its broker is killed. */
@Tag("brokers")
class AmqpStreamIT {
  private static final int SCALE = Boolean.getBoolean("hookbridge.full") ? 10 : 1;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final SampleEvents events = new SampleEvents(seed);

  @Test
  void aStreamGetsEverythingInOrderAlsoWhenItsBrokerIsKilled(@TempDir Path folder)
      throws Exception {
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    try (Rabbit rabbit = new Rabbit(Map.of());
        Pipeline pipeline = new Pipeline(new AmqpTransport(), folder)) {
      String exchange = rabbit.exchange();
      String stream = rabbit.queue(exchange, Map.of("x-queue-type", "stream"));
      // RabbitMQ may forget a stream that was made seconds before it is killed.
      rabbit.broker.stop();
      rabbit.broker.start();
      pipeline.sinkWorker(rabbit.settings(exchange, Map.of()));
      List<Envelope> taken = new ArrayList<>(pipeline.append(events.mixed(1_000, 20, 500)));
      pipeline.awaitDelivered();
      taken.addAll(pipeline.append(events.mixed(1_000 * SCALE, 20, 500)));
      pipeline.awaitLag(800);
      rabbit.broker.kill();
      taken.addAll(pipeline.append(events.mixed(500 * SCALE, 20, 500)));
      rabbit.broker.start();
      pipeline.awaitRecovery("broker of a stream killed");
      List<Seen> seen = read(rabbit, stream, taken.size());
      assertThat(Seen.firstOccurrences(seen))
          .containsExactlyInAnyOrderEntriesOf(Seen.expected(taken));
      Map<String, Envelope> sent =
          taken.stream().collect(Collectors.toMap(Envelope::id, Function.identity()));
      assertThat(seen)
          .allSatisfy(
              message -> {
                Envelope event = sent.get(message.id());
                Map<String, String> expected = new HashMap<>(event.attributes());
                for (String ofSpool : List.of("epoch", "sequence")) {
                  expected.put(ofSpool, message.attributes().get(ofSpool));
                }
                assertThat(message.attributes()).isEqualTo(expected);
                assertThat(message.data()).isEqualTo(event.data());
              });
      assertThat(pipeline.refusals()).isEmpty();
      assertThat(pipeline.deadLetters()).isEmpty();
    }
  }

  /** Everything in a stream, from its beginning. */
  private static List<Seen> read(Rabbit rabbit, String stream, int atLeast) {
    List<Seen> seen = new ArrayList<>();
    await("the stream can be read")
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IllegalStateException.class) // while it recovers
        .until(
            () -> {
              seen.clear();
              rabbit.plainly(channel -> read(channel, stream, seen));
              return seen.size() >= atLeast;
            });
    return seen;
  }

  private static void read(Channel channel, String stream, List<Seen> seen) throws Exception {
    BlockingQueue<Delivery> come = new LinkedBlockingQueue<>();
    channel.basicQos(200);
    channel.basicConsume(
        stream,
        false,
        Map.of("x-stream-offset", "first"),
        (tag, delivery) -> come.add(delivery),
        tag -> {});
    for (Delivery got = come.poll(10, TimeUnit.SECONDS);
        got != null;
        got = come.poll(2, TimeUnit.SECONDS)) {
      Seen message = Rabbit.seen(got.getProperties(), got.getBody());
      message.attributes().remove("x-stream-offset");
      seen.add(message);
      channel.basicAck(got.getEnvelope().getDeliveryTag(), false);
    }
  }
}
