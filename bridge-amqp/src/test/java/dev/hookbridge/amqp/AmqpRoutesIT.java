package dev.hookbridge.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.delivery.Pipeline;
import dev.hookbridge.delivery.SinkWorker;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An exchange with several queues, one of them full, and one that has lost its bindings. */
@ExtendWith(Rabbit.Shared.class)
final class AmqpRoutesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration NEVER = Duration.ofHours(1);
  private static final int KEYS = 31;
  private final Rabbit rabbit;
  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final SampleEvents events = new SampleEvents(seed);
  private Pipeline pipeline;

  AmqpRoutesIT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  @BeforeEach
  void open(@TempDir Path folder) throws SpoolException {
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    pipeline = new Pipeline(new AmqpTransport(), folder);
  }

  @AfterEach
  void close() throws SpoolException {
    pipeline.close();
  }

  private SinkWorker sinkWorker(String exchange, Map<String, ?> more) {
    return pipeline.sinkWorker(rabbit.settings(exchange, more));
  }

  private static void assertInOrder(List<Seen> seen, List<Envelope> taken) {
    assertThat(Seen.firstOccurrences(seen))
        .containsExactlyInAnyOrderEntriesOf(Seen.expected(taken));
  }

  @Test
  void aFullQueueCostsAnotherFewCopiesAndGoesOnSoonAfterItHasRoom() throws Exception {
    String exchange = rabbit.exchange();
    String healthy = rabbit.queue(exchange);
    String full = rabbit.queue(exchange, Map.of("x-max-length", 5, "x-overflow", "reject-publish"));
    List<Envelope> taken = pipeline.append(events.mixed(400, KEYS, 500));
    sinkWorker(exchange, Map.of());
    await().atMost(PATIENCE).until(() -> pipeline.failures(Reason.REJECTED) >= KEYS);
    // A second copy of each key's event would come within a second.
    await()
        .atMost(PATIENCE)
        .during(Duration.ofSeconds(10))
        .until(() -> pipeline.failures(Reason.REJECTED) < KEYS + 15);
    List<Seen> drained = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> drained.addAll(rabbit.take(full, 1_000)) | pipeline.lag() == 0);
    drain(full, drained);
    assertInOrder(drained, taken);
    List<Seen> copies = rabbit.read(healthy, taken.size());
    assertInOrder(copies, taken);
    System.out.printf("%d events, %d copies in the healthy queue%n", taken.size(), copies.size());
    assertThat(pipeline.refusals()).isEmpty();
  }

  private void drain(String queue, List<Seen> drained) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              boolean last = pipeline.lag() == 0;
              drained.addAll(rabbit.take(queue, Integer.MAX_VALUE));
              return last;
            });
  }

  /** As after a restart in which the broker has lost a binding that it had acknowledged. */
  @Test
  void aBindingThatDidNotSurviveTheBrokerIsWaitedForAndTold() throws Exception {
    String exchange = rabbit.exchange();
    String queue = rabbit.queue(exchange);
    SinkWorker sinkWorker = sinkWorker(exchange, Map.of());
    List<Envelope> taken = new ArrayList<>(pipeline.append(events.mixed(300, 10, 500)));
    pipeline.awaitDelivered();
    List<Seen> seen = new ArrayList<>(rabbit.read(queue, 300));
    rabbit.plainly(channel -> channel.queueUnbind(queue, exchange, "#"));
    rabbit.ctl("close_all_connections", "restart");
    taken.addAll(pipeline.append(events.mixed(300, 10, 500)));
    Pipeline.awaitSteadyProblem(sinkWorker, Reason.UNROUTABLE);
    assertThat(sinkWorker.problem()).contains("312").contains("bind a queue");
    assertThat(pipeline.failures(Reason.UNROUTABLE)).isPositive();
    assertThat(pipeline.deadLetters()).isEmpty();
    assertThat(pipeline.lag()).isEqualTo(300);
    rabbit.plainly(channel -> channel.queueBind(queue, exchange, "#"));
    pipeline.awaitRecovery("binding lost, then made again");
    seen.addAll(rabbit.read(queue, 600));
    assertInOrder(seen, taken);
    assertThat(pipeline.deadLetters()).isEmpty();
    assertThat(pipeline.refusals()).isEmpty();
    assertThat(sinkWorker.problem()).isEmpty();
  }

  @Test
  void unroutableDeadLettersAreSentOnceTheyHaveARoute() throws Exception {
    pipeline.waits(SHORT, SHORT, NEVER);
    String exchange = rabbit.exchange();
    String queue = rabbit.queue(exchange);
    rabbit.plainly(channel -> channel.queueUnbind(queue, exchange, "#"));
    rabbit.plainly(channel -> channel.queueBind(queue, exchange, "*.*.*.guest-0"));
    List<Envelope> taken = pipeline.append(events.mixed(200, 6, 500));
    sinkWorker(exchange, Map.of());
    pipeline.awaitDelivered();
    List<String> dead =
        taken.stream().map(Envelope::id).filter(pipeline.refusals()::contains).toList();
    assertThat(dead).hasSizeGreaterThan(100);
    assertThat(Set.copyOf(pipeline.refusals())).as("told once").hasSameSizeAs(pipeline.refusals());
    rabbit.plainly(channel -> channel.queueBind(queue, exchange, "*.*.*.guest-3"));
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              pipeline.replayAsked();
              return ofGuest("guest-3", pipeline.deadIds(), taken).isEmpty();
            });
    rabbit.plainly(channel -> channel.queueBind(queue, exchange, "#"));
    pipeline.awaitNoDeadLetters();
    List<Seen> seen = rabbit.read(queue, taken.size());
    seen.removeIf(message -> message.attributes().get("type").endsWith(".refused.v1"));
    assertInOrder(seen, taken);
    assertThat(Set.copyOf(pipeline.refusals())).as("told once").hasSameSizeAs(pipeline.refusals());
    assertThat(seen)
        .filteredOn(message -> dead.contains(message.id()))
        .allMatch(message -> "true".equals(message.attributes().get("replayed")));
  }

  private static List<Envelope> ofGuest(String guest, List<String> ids, List<Envelope> events) {
    return events.stream()
        .filter(event -> event.route().object().equals(guest) && ids.contains(event.id()))
        .toList();
  }

  /** The broker's restart comes between: what was dead before goes out with the rest. */
  @Test
  void killedWithoutItsBindingsAndBoundAgainLaterNothingIsLost() throws Exception {
    pipeline.waits(SHORT, SHORT, NEVER);
    try (Rabbit own = new Rabbit(Map.of())) {
      String exchange = own.exchange();
      String queue = own.queue(exchange);
      pipeline.sinkWorker(own.settings(exchange, Map.of()));
      List<Envelope> taken = new ArrayList<>(pipeline.append(events.mixed(500, 10, 500)));
      pipeline.awaitDelivered();
      List<Seen> seen = new ArrayList<>(own.read(queue, taken.size()));
      own.plainly(channel -> channel.queueUnbind(queue, exchange, "#"));
      own.broker.kill();
      taken.addAll(pipeline.append(events.mixed(500, 10, 500)));
      own.broker.start();
      pipeline.awaitDelivered(); // as dead letters, and the events that tell of them as well
      own.plainly(channel -> channel.queueBind(queue, exchange, "#"));
      pipeline.awaitNoDeadLetters();
      seen.addAll(own.read(queue, 1_000));
      seen.removeIf(message -> message.attributes().get("type").endsWith(".refused.v1"));
      assertInOrder(seen, taken);
    }
  }

  @Test
  void discardStaysDiscard() throws Exception {
    String exchange = rabbit.exchange();
    sinkWorker(exchange, Map.of("unroutable", "discard"));
    pipeline.append(events.mixed(100, 3, 500));
    pipeline.awaitDelivered();
    assertThat(pipeline.deadLetters()).isEmpty();
    assertThat(pipeline.failures(Reason.UNROUTABLE)).isEqualTo(100);
  }
}
