package dev.hookbridge.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.FeedReader;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.testing.Deadline;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A broker that stalls, has an alarm, or goes. */
@ExtendWith(Rabbit.Shared.class)
final class AmqpFaultsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private final Rabbit rabbit;
  private final Outcomes outcomes = new Outcomes();

  AmqpFaultsIT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  @AfterEach
  void putRight() {
    rabbit.broker.resume();
    rabbit.ctl("set_vm_memory_high_watermark", "0.4");
  }

  @Test
  void anAlarmHoldsAtOnceAndTheConfirmItKeptComesAfterIt() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    Envelope kept = Events.of("kept");
    try (Sink sink = rabbit.sink(exchange, Map.of("confirm-timeout", "1s"))) {
      alarm();
      outcomes.send(sink, kept);
      awaitBlocked(sink);
      assertThat(outcomes.all(kept)).isEmpty(); // longer than confirm-timeout, and yet no break
      rabbit.ctl("set_vm_memory_high_watermark", "0.4");
      assertThat(outcomes.await(kept)).isEqualTo(Outcome.CONFIRMED);
      await()
          .atMost(PATIENCE)
          .until(() -> outcomes.through(sink, Events.of("later")).equals(Outcome.CONFIRMED));
    }
  }

  @Test
  void connectionsClosedByTheBrokerBreakTheSinkAndWhatWasUnderWay() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    Envelope kept = Events.of("kept");
    try (Sink sink = rabbit.sink(exchange)) {
      alarm(); // so that there is something under way
      outcomes.send(sink, kept);
      awaitBlocked(sink);
      rabbit.ctl("close_all_connections", "maintenance");
      assertThat(outcomes.await(kept)).isInstanceOf(Outcome.Broken.class);
      assertThat(((Outcome.Broken) outcomes.await(kept)).reason()).isEqualTo(Reason.CLOSED);
      assertThat(outcomes.through(sink, Events.of("later"))).isInstanceOf(Outcome.Broken.class);
    }
    rabbit.ctl("set_vm_memory_high_watermark", "0.4");
    try (Sink sink = rabbit.sink(exchange)) {
      assertThat(outcomes.through(sink, Events.of("kept"))).isEqualTo(Outcome.CONFIRMED);
    }
  }

  @Test
  void aStoppedBrokerIsGivenUpByItsHeartbeat() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    Envelope event = Events.of("guest");
    Sink sink = rabbit.sink(exchange, Map.of("heartbeat", "1s", "confirm-timeout", "10m"));
    rabbit.broker.pause();
    outcomes.send(sink, event);
    assertBroken(event, Reason.TIMEOUT);
    Deadline.kept(Duration.ofSeconds(2), sink::close);
  }

  @Test
  void aStoppedBrokerIsGivenUpByTheMissingConfirm() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    Envelope event = Events.of("guest");
    Sink sink = rabbit.sink(exchange, Map.of("heartbeat", "60s", "confirm-timeout", "2s"));
    rabbit.broker.pause();
    outcomes.send(sink, event);
    assertBroken(event, Reason.TIMEOUT);
    Deadline.kept(Duration.ofSeconds(2), sink::close);
  }

  @Test
  void aWriteThatBlocksEnds() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    List<Envelope> sent = new ArrayList<>();
    Sink sink = rabbit.sink(exchange, Map.of("heartbeat", "60s", "confirm-timeout", "10m"));
    rabbit.broker.pause();
    do { // until the buffers of both sides are full
      Envelope event = Events.of("guest-" + sent.size(), 1 << 20);
      sent.add(event);
      Deadline.kept(Duration.ofSeconds(5), () -> outcomes.send(sink, event));
    } while (outcomes.all(sent.get(0)).isEmpty());
    sent.forEach(event -> assertBroken(event, Reason.TIMEOUT));
    Deadline.kept(Duration.ofSeconds(2), sink::close);
  }

  @Test
  void closingWhileTheBrokerIsStoppedTakesNoLongerThanTwoSeconds() throws Exception {
    Sink sink = rabbit.sink(rabbit.exchange());
    rabbit.broker.pause();
    Deadline.kept(Duration.ofSeconds(2), sink::close);
    await("no thread of the sink left").atMost(PATIENCE).until(() -> threadsOfSinks() == 0);
  }

  static long threadsOfSinks() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("amqp-hookbridge test"))
        .count();
  }

  @Test
  void openingGivesUpOnAStoppedBrokerAndOnOneThatIsSilent() throws Exception {
    rabbit.broker.pause();
    Deadline.kept(Duration.ofSeconds(10), () -> refused(Map.of(), Reason.TIMEOUT));
    rabbit.broker.resume();
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String uri = "amqp://127.0.0.1:" + silent.getLocalPort();
      Deadline.kept(Duration.ofSeconds(10), () -> refused(Map.of("uri", uri), Reason.TIMEOUT));
      List<String> many = List.of(uri, uri.replace("127.0.0.1", "localhost"), uri + "/%2F");
      Map<String, Object> slow = Map.of("uri", many, "connection-timeout", "6s");
      Deadline.kept(Duration.ofSeconds(10), () -> refused(slow, Reason.TIMEOUT));
    }
  }

  @Test
  void aFeedTellsThatItHasEnded() throws Exception {
    String exchange = rabbit.exchange();
    try (FeedReader cut = feed(exchange);
        FeedReader cancelled = feed(exchange)) {
      for (String line : rabbit.ctl("list_queues", "name", "exclusive").split("\n", -1)) {
        if (line.contains("amq.gen-")) {
          rabbit.ctl("eval", deletion(line.substring(0, line.indexOf('\t'))));
        }
      }
      assertEnds(cancelled, Reason.MISSING);
      assertEnds(cut, Reason.MISSING);
    }
    try (FeedReader cut = feed(exchange)) {
      rabbit.ctl("close_all_connections", "maintenance");
      assertEnds(cut, Reason.CLOSED);
      assertEnds(cut, Reason.CLOSED); // and says so again
    }
  }

  /** An exclusive queue can be deleted by nobody else over AMQP. */
  private static String deletion(String queue) {
    return "{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"/\">>, queue, <<\""
        + queue
        + "\">>)), rabbit_amqqueue:delete(Q, false, false, <<\"test\">>).";
  }

  private FeedReader feed(String exchange) throws SinkException {
    return new AmqpTransport().feed(rabbit.settings(exchange, Map.of()), false).orElseThrow();
  }

  private static void assertEnds(FeedReader feed, Reason reason) {
    assertThatThrownBy(() -> feed.poll(PATIENCE))
        .isInstanceOfSatisfying(
            SinkException.class, e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
  }

  @Test
  void missingExchangeIsUnreachable() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    refused(Map.of("uri", "amqp://127.0.0.1:" + free), Reason.UNREACHABLE);
    refused(Map.of("uri", "amqp://no-such-host.invalid"), Reason.UNREACHABLE);
  }

  @Test
  void oneAddressThatAnswersIsEnough() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    List<String> uris = List.of("amqp://127.0.0.1:1", rabbit.uri());
    try (Sink sink = rabbit.sink(exchange, Map.of("uri", uris))) {
      assertThat(outcomes.through(sink, Events.of("guest"))).isEqualTo(Outcome.CONFIRMED);
    }
  }

  private void refused(Map<String, ?> more, Reason reason) {
    assertThatThrownBy(() -> rabbit.sink("any", more))
        .isInstanceOfSatisfying(
            SinkException.class, e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
  }

  private void alarm() {
    rabbit.ctl("set_vm_memory_high_watermark", "0.0001");
  }

  private void awaitBlocked(Sink sink) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                outcomes.through(sink, Events.of("probe")) instanceof Outcome.Held held
                    && held.reason() == Reason.BLOCKED);
  }

  private void assertBroken(Envelope event, Reason reason) {
    assertThat(outcomes.await(event))
        .isInstanceOfSatisfying(
            Outcome.Broken.class, end -> assertThat(end.reason()).isEqualTo(reason));
  }
}
