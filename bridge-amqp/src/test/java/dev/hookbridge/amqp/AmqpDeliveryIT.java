package dev.hookbridge.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.delivery.Pipeline;
import dev.hookbridge.delivery.SinkWorker;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.DeadLetter;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Faults that only RabbitMQ has, with spool and sink worker: nothing is lost, delivery resumes. */
@ExtendWith(Rabbit.Shared.class)
final class AmqpDeliveryIT {
  private static final int SCALE = Boolean.getBoolean("hookbridge.full") ? 10 : 1;
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Map<String, Object> FULL =
      Map.of("x-max-length", 5, "x-overflow", "reject-publish");
  private static final Map<String, String> LIMITED_USER =
      Map.of("username", "limited", "password", "s3cr3t-of-limited");

  private final Rabbit rabbit;
  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final SampleEvents events = new SampleEvents(seed);
  private Pipeline pipeline;

  AmqpDeliveryIT(Rabbit rabbit) {
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
    rabbit.ctl("set_vm_memory_high_watermark", "0.4");
  }

  private SinkWorker sinkWorker(String exchange, Map<String, ?> more) {
    return pipeline.sinkWorker(rabbit.settings(exchange, more));
  }

  private void assertAllInOrder(List<Seen> seen, List<Envelope> taken) {
    assertThat(Seen.firstOccurrences(seen))
        .containsExactlyInAnyOrderEntriesOf(Seen.expected(taken));
    assertThat(pipeline.refusals()).isEmpty();
  }

  /** Takes from a queue what is in it, until the sink has delivered all and it is empty. */
  private List<Seen> drain(String queue, long lag) {
    List<Seen> seen = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              boolean last = pipeline.lag() <= lag;
              seen.addAll(rabbit.take(queue, last ? Integer.MAX_VALUE : 1_000));
              return last;
            });
    return seen;
  }

  @Test
  void aFullQueueIsWaitedForAndDrainedInOrder() throws Exception {
    String exchange = rabbit.exchange();
    String queue = rabbit.queue(exchange, FULL);
    SinkWorker sinkWorker = sinkWorker(exchange, Map.of());
    List<Envelope> taken = pipeline.append(events.mixed(100 * SCALE, 5, 500));
    Pipeline.awaitProblem(sinkWorker, Reason.REJECTED);
    assertThat(pipeline.lag()).isGreaterThan(taken.size() / 2);
    assertAllInOrder(drain(queue, 0), taken);
  }

  @Test
  void oneKeyWhoseQueueIsFullHoldsUpNoOther() throws Exception {
    String exchange = rabbit.exchange();
    String stuck = queueFor(exchange, FULL, "guest-0");
    String free = queueFor(exchange, Map.of(), "guest-1", "guest-2", "guest-3");
    List<Envelope> taken = events.mixed(400 * SCALE, 4, 500);
    sinkWorker(exchange, Map.of());
    pipeline.append(taken);
    List<Envelope> waiting = of("guest-0", taken);
    pipeline.awaitLag(waiting.size() - 5L);
    List<Seen> seen = drain(free, waiting.size() - 5L);
    seen.addAll(drain(stuck, 0));
    assertAllInOrder(seen, taken);
  }

  private String queueFor(String exchange, Map<String, Object> arguments, String... guests) {
    String name = exchange + "." + String.join(".", guests);
    rabbit.plainly(
        channel -> {
          channel.queueDeclare(name, true, false, false, arguments);
          for (String guest : guests) {
            channel.queueBind(name, exchange, "*.*.*." + guest);
          }
        });
    return name;
  }

  private static List<Envelope> of(String guest, List<Envelope> events) {
    return events.stream().filter(event -> event.route().object().equals(guest)).toList();
  }

  /** A topic permission judges the routing key: the broker closes the channel over one message. */
  @Test
  void oneKeyThatIsForbiddenIsFoundAndHoldsUpNoOther() throws Exception {
    String exchange = rabbit.exchange();
    String queue = rabbit.queue(exchange);
    rabbit.ctl("add_user", "limited", LIMITED_USER.get("password"));
    try {
      rabbit.ctl("set_permissions", "limited", "^$", ".*", "^$");
      rabbit.ctl("set_topic_permissions", "limited", exchange, "guest-[1-9]$", "^$");
      List<Envelope> taken = pipeline.append(events.mixed(200 * SCALE, 10, 500));
      sinkWorker(exchange, LIMITED_USER);
      pipeline.awaitLag(of("guest-0", taken).size());
      assertThat(pipeline.lag()).isEqualTo(of("guest-0", taken).size());
      rabbit.ctl("clear_topic_permissions", "limited", exchange);
      pipeline.awaitRecovery("one routing key forbidden, then allowed");
      assertAllInOrder(rabbit.read(queue, taken.size()), taken);
    } finally {
      rabbit.ctl("delete_user", "limited");
    }
  }

  @Test
  void unroutedEventsBecomeDeadLettersAndAreReplayedOnRequest() throws Exception {
    pipeline.waits(Duration.ofMillis(300), Duration.ofHours(1), Duration.ofHours(1));
    String exchange = rabbit.exchange();
    String queue = queueFor(exchange, Map.of(), "guest-0", "guest-1");
    rabbit.plainly(channel -> channel.queueBind(queue, exchange, "agent.#"));
    List<Envelope> taken = pipeline.append(events.mixed(100 * SCALE, 3, 500));
    sinkWorker(exchange, Map.of());
    pipeline.awaitDelivered();
    List<Envelope> parked = of("guest-2", taken);
    assertThat(pipeline.deadLetters())
        .hasSize(parked.size())
        .allMatch(letter -> letter.reason().equals(Reason.UNROUTABLE.word()))
        .extracting(DeadLetter::id)
        .containsExactlyElementsOf(parked.stream().map(Envelope::id).toList());
    rabbit.plainly(channel -> channel.queueBind(queue, exchange, "#"));
    pipeline.replayDeadLetters();
    pipeline.awaitDelivered();
    List<Seen> seen = rabbit.read(queue, taken.size());
    seen.removeIf(message -> message.attributes().get("type").endsWith(".refused.v1"));
    assertThat(Seen.firstOccurrences(seen))
        .containsExactlyInAnyOrderEntriesOf(Seen.expected(taken));
    assertThat(pipeline.deadLetters()).isEmpty();
  }

  @Test
  void unroutedEventsAreDroppedIfTheOperatorSaysSo() throws Exception {
    String exchange = rabbit.exchange();
    String queue = queueFor(exchange, Map.of(), "guest-0", "guest-1");
    List<Envelope> taken = pipeline.append(events.mixed(100 * SCALE, 3, 500));
    sinkWorker(exchange, Map.of("unroutable", "discard"));
    pipeline.awaitDelivered();
    assertThat(pipeline.deadLetters()).isEmpty();
    List<Envelope> routed = new ArrayList<>(taken);
    routed.removeAll(of("guest-2", taken));
    assertAllInOrder(rabbit.read(queue, routed.size()), routed);
  }

  @Test
  void aMemoryAlarmIsWaitedFor() throws Exception {
    String exchange = rabbit.exchange();
    String queue = rabbit.queue(exchange);
    SinkWorker sinkWorker = sinkWorker(exchange, Map.of());
    List<Envelope> taken = new ArrayList<>(pipeline.append(events.mixed(100, 10, 500)));
    pipeline.awaitDelivered();
    rabbit.ctl("set_vm_memory_high_watermark", "0.0001");
    taken.addAll(pipeline.append(events.mixed(500 * SCALE, 10, 500)));
    Pipeline.awaitProblem(sinkWorker, Reason.BLOCKED);
    assertThat(pipeline.lag()).isGreaterThan(400);
    rabbit.ctl("set_vm_memory_high_watermark", "0.4");
    pipeline.awaitRecovery("memory alarm on and off");
    assertAllInOrder(rabbit.read(queue, taken.size()), taken);
  }

  @Test
  void allConnectionsMayBeClosedAgainAndAgain() throws Exception {
    String exchange = rabbit.exchange();
    String queue = rabbit.queue(exchange);
    sinkWorker(exchange, Map.of());
    List<Envelope> taken = new ArrayList<>();
    for (int round = 1; round <= 3 * SCALE; round++) {
      CompletableFuture<Void> closing =
          CompletableFuture.runAsync(() -> rabbit.ctl("close_all_connections", "maintenance"));
      while (!closing.isDone() || pipeline.failures(Reason.CLOSED) < round) {
        taken.addAll(pipeline.append(events.mixed(50, 10, 500)));
        pipeline.awaitLag(500);
      }
      closing.join();
    }
    pipeline.awaitRecovery("all connections closed");
    assertAllInOrder(rabbit.read(queue, taken.size()), taken);
  }
}
