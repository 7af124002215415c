package dev.hookbridge.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hookbridge.amqp.check.QueueLimits;
import dev.hookbridge.api.Check;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.api.Transport;
import io.micrometer.core.instrument.Meter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a person is told, and what others can see of the sink. */
@ExtendWith(Rabbit.Shared.class)
final class AmqpChecksIT {
  private final Rabbit rabbit;
  private final Outcomes outcomes = new Outcomes();

  AmqpChecksIT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  private List<Check> check(String exchange, boolean create, Map<String, ?> more) {
    return new AmqpTransport().check(rabbit.settings(exchange, more), create);
  }

  private static String lines(List<Check> checks) {
    StringBuilder lines = new StringBuilder();
    checks.forEach(
        c ->
            lines
                .append(c.level())
                .append(' ')
                .append(c.what())
                .append(": ")
                .append(c.message())
                .append('\n'));
    return lines.toString();
  }

  @Test
  void theServiceLoaderFindsIt() {
    assertThat(ServiceLoader.load(Transport.class))
        .anyMatch(
            transport -> transport instanceof AmqpTransport && transport.type().equals("amqp"));
  }

  @Test
  void createMakesExchangeAndQueueAndTheNextCheckFindsThem() throws Exception {
    String exchange = "made." + UUID.randomUUID();
    assertThat(lines(check(exchange, false, Map.of()))).contains("FAILURE exchange " + exchange);
    assertThat(rabbit.ctl("list_exchanges", "name")).doesNotContain(exchange);
    assertThat(lines(check(exchange, true, Map.of())))
        .contains("OK exchange " + exchange + ": made", "OK queue " + exchange + ": made")
        .doesNotContain("FAILURE");
    assertThat(rabbit.ctl("list_queues", "name", "type", "durable"))
        .containsPattern(exchange + "\\s+(rabbit_quorum_queue|quorum)\\s+true");
    assertThat(lines(check(exchange, false, Map.of())))
        .contains("topic, durable", "OK queue " + exchange + ": is there")
        .doesNotContain("FAILURE");
    try (Sink sink = rabbit.sink(exchange)) {
      assertThat(outcomes.through(sink, Events.of("guest"))).isEqualTo(Outcome.CONFIRMED);
    }
    rabbit.ctl("delete_queue", exchange);
  }

  @Test
  void anExchangeOfAnotherShapeIsFound() throws Exception {
    String direct = "direct." + UUID.randomUUID();
    String fleeting = "fleeting." + UUID.randomUUID();
    String safe = "safe." + UUID.randomUUID();
    rabbit.plainly(
        channel -> {
          channel.exchangeDeclare(direct, "direct", true);
          channel.exchangeDeclare(fleeting, "topic", false);
          channel.exchangeDeclare(
              safe, "topic", true, false, Map.of("alternate-exchange", "amq.fanout"));
        });
    assertThat(lines(check(direct, false, Map.of())))
        .contains("FAILURE", "is not a topic exchange");
    assertThat(lines(check(fleeting, false, Map.of()))).contains("FAILURE", "not durable");
    assertThat(lines(check(safe, false, Map.of())))
        .contains("with an alternate exchange")
        .doesNotContain("FAILURE");
  }

  @Test
  void bindingsThatCannotBeSeenAreSaidToBeSo() throws Exception {
    String exchange = rabbit.exchange();
    assertThat(lines(check(exchange, false, Map.of())))
        .contains("OK bindings", "kept as a dead letter");
    assertThat(lines(check(exchange, false, Map.of("unroutable", "discard"))))
        .contains("OK bindings", "discarded");
  }

  @Test
  void aPublisherWithoutOtherRightsPassesTheCheck() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.ctl("add_user", "checker", "s3cr3t");
    rabbit.ctl("set_permissions", "checker", "^$", ".*", "^$");
    Map<String, String> login = Map.of("username", "checker", "password", "s3cr3t");
    try {
      assertThat(lines(check(exchange, false, login)))
          .contains("connected as checker", "only with the permission to configure it")
          .doesNotContain("FAILURE", "s3cr3t");
      assertThat(lines(check("made." + UUID.randomUUID(), true, login)))
          .contains("FAILURE", "could not be made", "403");
    } finally {
      rabbit.ctl("delete_user", "checker");
    }
  }

  @Test
  void aBrokerThatIsNotThereIsALine() {
    assertThat(lines(check("any", false, Map.of("uri", "amqp://127.0.0.1:1"))))
        .startsWith("FAILURE broker amqp://127.0.0.1:1/%2F")
        .contains(
            "nothing listens there", "FAILURE uri: nothing listens at 127.0.0.1:1: look at host");
    assertThat(lines(check("any", false, Map.of("heartbeat", "never"))))
        .startsWith("FAILURE settings: sinks.test.heartbeat");
  }

  @Test
  void aVhostThatIsNotThereIsNamed() {
    assertThat(lines(check("any", false, Map.of("uri", rabbit.uri() + "/nope"))))
        .contains("there is no such vhost", "'rabbitmqctl add_vhost nope'")
        .doesNotContain("Exception", "FAILURE uri");
  }

  /** RabbitMQ tells an alarm only to a connection that has published. */
  @Test
  void anAlarmIsAFailureAlsoForAUserWhoMayWriteNothingElse() throws Exception {
    String exchange = rabbit.exchange();
    String queue = rabbit.queue(exchange);
    rabbit.ctl("add_user", "writer", "s3cr3t");
    rabbit.ctl("set_permissions", "writer", "^$", "^" + exchange + "$", "^$");
    Map<String, String> login = Map.of("username", "writer", "password", "s3cr3t");
    try {
      for (Map<String, String> user : List.of(login, Map.<String, String>of())) {
        assertThat(lines(check(exchange, false, user))).doesNotContain("FAILURE", "alarm");
        rabbit.ctl("set_vm_memory_high_watermark", "0.0001");
        assertThat(lines(check(exchange, false, user)))
            .contains("has an alarm and accepts no event (low on memory)", "OK exchange")
            .containsOnlyOnce("FAILURE");
        rabbit.ctl("set_vm_memory_high_watermark", "0.4");
      }
      assertThat(rabbit.read(queue, 0)).as("what a consumer reads").isEmpty();
    } finally {
      rabbit.ctl("set_vm_memory_high_watermark", "0.4");
      rabbit.ctl("delete_user", "writer");
    }
  }

  @Test
  void aQueueWithoutALimitIsToldAndTheCommandHelps() throws Exception {
    String exchange = "made." + UUID.randomUUID();
    String reported = lines(check(exchange, true, Map.of()));
    assertThat(reported).contains("WARNING queue " + exchange + ": has no limit unless a policy");
    assertThat(lines(check(exchange, false, Map.of()))).contains("has no limit unless a policy");
    String command = QueueLimits.command(exchange, "/");
    assertThat(reported).contains(command);
    List<String> words = new ArrayList<>();
    Matcher word = Pattern.compile("'([^']*)'|(\\S+)").matcher(command);
    while (word.find()) {
      words.add(word.group(1) == null ? word.group(2) : word.group(1));
    }
    rabbit.ctl(words.subList(1, words.size()).toArray(String[]::new));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(rabbit.ctl("list_queues", "name", "policy"))
                    .containsPattern(exchange + "\\s+" + exchange + "-limit"));
    rabbit.ctl("clear_policy", exchange + "-limit");
    rabbit.ctl("delete_queue", exchange);
    for (String kind : List.of("quorum", "classic")) {
      rabbit.plainly(
          channel ->
              channel.queueDeclare(
                  exchange, true, false, false, Map.of("x-queue-type", kind, "x-max-length", 9)));
      assertThat(lines(check(exchange, false, Map.of())))
          .contains("OK queue " + exchange + ": has a limit");
      rabbit.ctl("delete_queue", exchange);
    }
  }

  @Test
  void aFeedHasNoBeginning() throws Exception {
    String exchange = rabbit.exchange();
    assertThatThrownBy(() -> new AmqpTransport().feed(rabbit.settings(exchange, Map.of()), true))
        .isInstanceOf(SinkException.class)
        .hasMessageContaining("keeps no messages");
    assertThatThrownBy(() -> new AmqpTransport().feed(rabbit.settings("none", Map.of()), false))
        .isInstanceOfSatisfying(
            SinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MISSING));
  }

  @Test
  void theClientsMetersAreThereWhileTheSinkIs() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    Sink sink = rabbit.sink(exchange);
    outcomes.through(sink, Events.of("guest"));
    assertThat(rabbit.meters.get("rabbitmq.published").tag("sink", "test").counter().count())
        .isEqualTo(1);
    sink.close();
    assertThat(rabbit.meters.getMeters())
        .extracting(Meter::getId)
        .noneMatch(id -> id.getName().startsWith("rabbitmq"));
    assertThatThrownBy(() -> rabbit.sink("no.such")).isInstanceOf(SinkException.class);
    assertThat(rabbit.meters.getMeters()).isEmpty();
  }

  @Test
  void theBrokersOperatorSeesWhoItIs() throws Exception {
    try (Sink sink = rabbit.sink(rabbit.exchange())) {
      assertThat(sink.ordering()).isEqualTo(Sink.Ordering.ONE_BY_ONE);
      assertThat(rabbit.ctl("list_connections", "client_properties"))
          .contains("hookbridge test on host.example.org");
    }
  }
}
