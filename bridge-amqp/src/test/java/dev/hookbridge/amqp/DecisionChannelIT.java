package dev.hookbridge.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import dev.hookbridge.api.DecisionChannel;
import dev.hookbridge.api.DecisionFeed;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Decider;
import dev.hookbridge.testing.DecisionBrokerContract;
import dev.hookbridge.testing.Heard;
import dev.hookbridge.testing.Seen;
import dev.hookbridge.testing.TestSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The RabbitMQ channel takes the exam. */
@ExtendWith(Rabbit.Shared.class)
class DecisionChannelIT extends DecisionBrokerContract {
  /** The broker's tools take seconds each on a machine that does other things too. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Rabbit rabbit;

  DecisionChannelIT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  @Override
  protected Transport transport() {
    return new AmqpTransport();
  }

  @Override
  protected Broker broker() {
    return rabbit.broker;
  }

  @Override
  protected boolean tellsUnheard() {
    return true;
  }

  @Override
  protected Settings place() {
    Settings place = nowhere();
    rabbit.plainly(
        channel ->
            channel.exchangeDeclare(TestSettings.text(place, "decisions-exchange"), "topic", true));
    return place;
  }

  @Override
  protected Settings nowhere() {
    String name = "ask." + UUID.randomUUID();
    return new Settings(
        "sinks.exam",
        Map.of("uri", rabbit.uri(), "exchange", name + ".feed", "decisions-exchange", name));
  }

  @Override
  protected Decider plain(Settings place) {
    return new PlainDecider(TestSettings.text(place, "decisions-exchange"));
  }

  /** Decides with a plain client. */
  private final class PlainDecider implements Decider {
    private final Connection connection;
    private final Channel channel;
    private final BlockingQueue<Delivery> come = new LinkedBlockingQueue<>();

    PlainDecider(String exchange) {
      try {
        connection = rabbit.plain();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      try {
        channel = connection.createChannel();
        String queue = channel.queueDeclare().getQueue();
        channel.queueBind(queue, exchange, "#");
        channel.basicConsume(queue, true, (tag, delivery) -> come.add(delivery), tag -> {});
      } catch (Exception e) {
        close();
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Decider.Request next() {
      try {
        Delivery delivery = come.poll(SOON.toSeconds(), TimeUnit.SECONDS);
        if (delivery == null) {
          throw new IllegalStateException("no request in " + SOON);
        }
        return new Question(channel, delivery);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      connection.abort(1_000);
    }
  }

  private record Question(Channel channel, Delivery delivery) implements Decider.Request {
    private AMQP.BasicProperties asked() {
      return delivery.getProperties();
    }

    @Override
    public String correlation() {
      return asked().getCorrelationId();
    }

    @Override
    public Seen event() {
      return Rabbit.seen(asked(), delivery.getBody());
    }

    @Override
    public long expiryMs() {
      return Long.parseLong(asked().getExpiration());
    }

    @Override
    public void reply(String correlation, byte[] body) {
      AMQP.BasicProperties.Builder answer = new AMQP.BasicProperties.Builder();
      if (!correlation.isEmpty()) {
        answer.correlationId(correlation);
      }
      try {
        channel.basicPublish("", asked().getReplyTo(), answer.build(), body);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void theRoutingKeyIsRuleDriverAndOperation() throws Exception {
    Settings place = place();
    try (PlainDecider decider = new PlainDecider(TestSettings.text(place, "decisions-exchange"));
        DecisionChannel channel = ready(place, HOST, new Heard())) {
      channel.ask(questions.next("placement", "web.1"));
      Question request = (Question) decider.next();
      assertThat(request.delivery().getEnvelope().getRoutingKey())
          .isEqualTo("placement.qemu.prepare");
      assertThat(request.asked().getDeliveryMode()).isEqualTo(1);
    }
  }

  /** During an alarm nothing is sent, and who asks is told so at once; afterwards it goes on. */
  @Test
  void anAlarmIsToldAndPasses() throws Exception {
    Settings place = place();
    Heard heard = new Heard();
    try (PlainDecider decider = new PlainDecider(TestSettings.text(place, "decisions-exchange"));
        DecisionChannel channel = ready(place, HOST, heard)) {
      rabbit.ctl("set_vm_memory_high_watermark", "0.0001");
      try {
        DecisionRequest first = questions.next("placement", "web-1");
        channel.ask(first); // the broker tells of its alarm to who publishes
        heard.awaitTrouble(first.correlation(), SOON);
        assertThat(channel.ready()).isFalse();
        DecisionRequest next = questions.next("placement", "web-1");
        channel.ask(next);
        heard.awaitTrouble(next.correlation(), SOON);
        assertThat(heard.faults()).allMatch(why -> why.contains("takes nothing for now"));
      } finally {
        rabbit.ctl("set_vm_memory_high_watermark", "0.4");
      }
      Awaitility.await("ready").atMost(SOON).until(channel::ready);
      DecisionRequest last = questions.next("placement", "web-1");
      channel.ask(last);
      for (Decider.Request pending = decider.next();
          !pending.correlation().equals(last.correlation());
          pending = decider.next()) {}
    }
  }

  /** The queue is the group's and goes with its last member, so nobody left is told. */
  @Test
  void aDeciderThatLeavesIsMissedAtOnceAndWhatItHeldGoesToAnother() throws Exception {
    Settings place = place();
    Heard heard = new Heard();
    DecisionChannel channel = ready(place, HOST, heard);
    DecisionRequest request = questions.next("placement", "web-1");
    DecisionFeed first = transport().decisionFeed(place, "a", "placement", 1).orElseThrow();
    try {
      DecisionFeed second = transport().decisionFeed(place, "a", "placement", 1).orElseThrow();
      try {
        channel.ask(request);
        channel.ask(questions.next("placement", "web-2"));
        Awaitility.await().until(() -> first.poll(Duration.ofMillis(100)).isPresent());
        Awaitility.await().until(() -> second.poll(Duration.ofMillis(100)).isPresent());
      } finally {
        first.close();
      }
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(rabbit.ctl("list_queues", "name", "messages"))
                      .contains("hookbridge.decide.a.placement\t2"));
      second.close();
    } finally {
      first.close();
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(rabbit.ctl("list_queues", "name"))
                    .doesNotContain("hookbridge.decide.a.placement"));
    DecisionRequest late = questions.next("placement", "web-1");
    channel.ask(late);
    heard.awaitUnheard(late.correlation());
    assertThat(heard.faults()).isEmpty();
  }
}
