package dev.hookbridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Run;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The exam every sink takes on its real broker: what {@link Sink} and {@link Transport} promise,
 * one test for each promise. A transport's module extends it, starts one broker for the class, and
 * says how to make a destination and how a plain client reads it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SinkContract {
  private static final Duration OPEN = Duration.ofSeconds(10);
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final Duration LATE = Duration.ofMillis(700);

  /** A tenth of the full counts, unless the build asks for all. */
  protected static final int SCALE = Boolean.getBoolean("hookbridge.full") ? 10 : 1;

  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final List<Sink> opened = new ArrayList<>();
  protected SampleEvents events = new SampleEvents(seed);

  protected abstract Transport transport();

  /** The broker behind the destinations; null for a sink that needs none. */
  protected abstract @Nullable Broker broker();

  /** A new, empty destination that exists and takes events of 2 MiB. */
  protected abstract Settings destination();

  /** A new destination that takes no more than {@code bytes}; null where there is no limit. */
  protected abstract @Nullable Settings destination(int bytes);

  /**
   * Settings that name a destination which does not exist and can be made by {@code check}; null
   * where every destination exists.
   */
  protected abstract @Nullable Settings missing();

  /** Settings that must be refused without any connection. */
  protected abstract Stream<Settings> wrong();

  /**
   * Everything in a destination, read by a plain client, in the order in which the broker shows it.
   * Called while the broker is well; returns when nothing more has come for a moment and there were
   * at least so many.
   */
  protected abstract List<Seen> consume(Settings destination, int atLeast);

  @BeforeEach
  void seeded() {
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    events = new SampleEvents(seed);
  }

  @AfterEach
  void closeAll() {
    opened.forEach(Sink::close);
    opened.clear();
  }

  protected final Sink open(Settings settings) throws SinkException {
    SinkContext context = new SinkContext("exam", "kvm-07.example.org", new SimpleMeterRegistry());
    Sink sink = transport().open(settings, context);
    opened.add(sink);
    return sink;
  }

  /** The broker, for a test that hurts it. */
  protected final Broker mortal() {
    Broker broker = broker();
    if (broker == null) {
      return org.junit.jupiter.api.Assumptions.abort("this sink has no broker that could fail");
    }
    return broker;
  }

  // Publishing

  @Test
  void confirmedMeansVisible() throws SinkException {
    Settings destination = destination();
    List<Envelope> sent = events.mixed(100 * SCALE, 7, 500);
    new Run(open(destination)).send(sent).awaitConfirmed(sent);
    assertThat(Seen.ids(consume(destination, sent.size())))
        .containsExactlyInAnyOrderElementsOf(sent.stream().map(Envelope::id).toList());
  }

  @Test
  void orderHoldsPerKey() throws SinkException {
    Settings destination = destination();
    List<Envelope> sent = events.mixed(300 * SCALE, 5, 200);
    new Run(open(destination)).send(sent).awaitConfirmed(sent);
    assertThat(Seen.firstOccurrences(consume(destination, sent.size())))
        .containsExactlyInAnyOrderEntriesOf(Seen.expected(sent));
  }

  /** Events that are hard to carry; a sink that cannot carry bytes but JSON leaves some out. */
  protected Stream<Envelope> unusual() {
    SampleEvents make = new SampleEvents(seed);
    return Stream.of(
        make.next("plain", 300),
        make.next("größe-鯨-🐋 with spaces, \"quotes\" and %25", 300),
        make.next("x".repeat(255), 300),
        make.next("é".repeat(127), 300),
        make.next("empty", new byte[0]),
        make.next("binary", new byte[] {0, -1, 10, 13, 127, -128}),
        make.next("large", 1 << 20),
        make.next("long-key", 300)
            .with("partitionkey", "kvm-07.example.org/qemu/" + "k".repeat(255)),
        make.next("odd-values", 300).with("note", "").with("reduced", "true"));
  }

  @ParameterizedTest
  @MethodSource("unusual")
  void attributesKeyAndDataArriveUnchanged(Envelope event) throws SinkException {
    Settings destination = destination();
    new Run(open(destination)).send(event).awaitConfirmed(List.of(event));
    List<Seen> seen = consume(destination, 1);
    assertThat(seen).hasSize(1);
    assertThat(seen.get(0).attributes()).containsExactlyInAnyOrderEntriesOf(event.attributes());
    assertThat(seen.get(0).data()).isEqualTo(event.data());
    assertThat(seen.get(0).key()).isEqualTo(event.key());
  }

  @Test
  void theFeedReaderSeesTheSame() throws SinkException {
    Settings destination = destination();
    List<Envelope> sent = events.mixed(20, 3, 300);
    try (FeedReader reader = transport().feed(destination, true).orElse(null)) {
      if (reader == null) {
        return;
      }
      new Run(open(destination)).send(sent).awaitConfirmed(sent);
      List<Envelope> read = new ArrayList<>();
      Awaitility.await()
          .until(() -> read.addAll(reader.poll(Duration.ofMillis(500))) && read.size() >= 20);
      assertThat(read.stream().map(Envelope::attributes))
          .containsExactlyInAnyOrderElementsOf(sent.stream().map(Envelope::attributes).toList());
    }
  }

  // Refusing

  @Test
  void tooLargeIsRefusedAndTheLimitKnownFromThenOn() throws SinkException {
    Settings destination = destination(64 * 1024);
    if (destination == null) {
      return;
    }
    Envelope large = events.next("large", 100 * 1024);
    Sink sink = open(destination);
    Run run = new Run(sink).send(large);
    sink.flush();
    Outcome outcome = run.await(large);
    if (outcome instanceof Outcome.Broken broken) {
      assertThat(broken.suspect()).as("one at a time will find it").isTrue();
    } else {
      assertThat(outcome).isInstanceOf(Outcome.Refused.class);
      assertThat(((Outcome.Refused) outcome).reason()).isEqualTo(Reason.TOO_LARGE);
      assertThat(sink.maxEventBytes()).isLessThan(large.size());
    }
    run.check();
  }

  @Test
  void nothingOfItsLaneOvertakesARefusedEvent() throws SinkException {
    Settings destination = destination(64 * 1024);
    if (destination == null) {
      return;
    }
    for (int round = 0; round < 3 * SCALE; round++) {
      List<Envelope> sent = new ArrayList<>();
      sent.add(events.next("guest", 100 * 1024));
      for (int i = 0; i < 30; i++) {
        sent.add(events.next("guest", 200));
      }
      Sink sink = open(destination);
      Run run = new Run(sink).send(sent);
      run.await(sent.get(0));
      sink.close();
      assertThat(Seen.ids(consume(destination, 0)))
          .as("successors in the lane of a refused event")
          .doesNotContainAnyElementsOf(sent.stream().map(Envelope::id).toList());
    }
  }

  @Test
  void anEventOfTheLargestSizeIsTaken() throws SinkException {
    Settings destination = destination(64 * 1024);
    if (destination == null) {
      return;
    }
    Sink sink = open(destination);
    Envelope empty = events.next("fits", new byte[0]);
    int room = Math.min(sink.maxEventBytes(), 1 << 20) - empty.size();
    Envelope event = empty.withData(new byte[room], -1);
    assertThat(event.size()).isEqualTo(Math.min(sink.maxEventBytes(), 1 << 20));
    new Run(sink).send(event).awaitConfirmed(List.of(event));
  }

  // Settings and checks

  @Test
  void wrongSettingsAreRefusedInOneSentence() {
    assertThat(wrong())
        .allSatisfy(
            settings ->
                assertThatThrownBy(() -> transport().validate(settings))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("sinks.exam.")
                    .hasMessageNotContaining("\n"));
  }

  @Test
  void goodSettingsAndAGoodBrokerPassTheCheck() {
    Settings destination = destination();
    transport().validate(destination);
    assertThat(transport().check(destination, false))
        .isNotEmpty()
        .noneMatch(line -> line.level() == Check.Level.FAILURE);
  }

  @Test
  void aMissingDestinationIsHeldUntilSomebodyMakesIt() throws SinkException {
    Settings missing = missing();
    if (missing == null) {
      return;
    }
    Envelope event = events.next("guest", 100);
    assertThat(reasonFor(missing, event)).isEqualTo(Reason.MISSING);
    assertThat(transport().check(missing, false))
        .anyMatch(line -> line.level() == Check.Level.FAILURE);
    assertThat(transport().check(missing, true))
        .noneMatch(line -> line.level() == Check.Level.FAILURE);
    new Run(open(missing)).send(event).awaitConfirmed(List.of(event));
  }

  private Reason reasonFor(Settings settings, Envelope event) {
    try {
      Sink sink = open(settings);
      Run run = new Run(sink).send(event);
      sink.flush();
      Outcome outcome = run.await(event);
      assertThat(outcome).isNotInstanceOfAny(Outcome.Refused.class, Outcome.Confirmed.class);
      return outcome instanceof Outcome.Held held
          ? held.reason()
          : ((Outcome.Broken) outcome).reason();
    } catch (SinkException e) {
      return e.reason();
    }
  }

  // Faults

  @Test
  void aBrokerThatIsDownIsAnExceptionWithAReason() {
    Broker broker = mortal();
    Settings destination = destination();
    broker.stop();
    try {
      assertTimeoutPreemptively(
          OPEN.plus(LATE),
          () ->
              assertThatThrownBy(() -> open(destination))
                  .isInstanceOfSatisfying(
                      SinkException.class,
                      e -> assertThat(e.reason()).isIn(Reason.UNREACHABLE, Reason.TIMEOUT)));
      assertThat(transport().check(destination, false))
          .anyMatch(line -> line.level() == Check.Level.FAILURE);
    } finally {
      broker.start();
    }
  }

  @Test
  void killedInTheMiddleNothingConfirmedIsMissingAndOrderHolds() throws SinkException {
    Broker broker = mortal();
    Settings destination = destination();
    List<Envelope> all = events.mixed(2_000 * SCALE, 5, 1_000);
    Sink sink = open(destination);
    Run run = new Run(sink);
    Thread killer = new Thread(() -> killAfter(run, 200, broker), "killer");
    killer.start();
    try {
      run.send(all);
      join(killer);
    } finally {
      sink.close();
      broker.start();
    }
    run.check();
    Set<String> confirmed = new HashSet<>(run.confirmed());
    assertThat(confirmed).hasSizeGreaterThanOrEqualTo(200);
    assertThat(Seen.ids(consume(destination, confirmed.size()))).containsAll(confirmed);
    resend(destination, all.stream().filter(event -> !confirmed.contains(event.id())).toList());
    assertThat(Seen.firstOccurrences(consume(destination, all.size())))
        .containsExactlyInAnyOrderEntriesOf(Seen.expected(all));
  }

  private static void killAfter(Run run, int confirmed, Broker broker) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .atMost(Duration.ofSeconds(30))
        .until(() -> run.confirmed().size() >= confirmed);
    broker.kill();
  }

  /** With new sinks until all are confirmed, as a courier would. */
  private void resend(Settings destination, List<Envelope> unconfirmed) throws SinkException {
    Set<String> left = new HashSet<>(unconfirmed.stream().map(Envelope::id).toList());
    for (int attempt = 0; !left.isEmpty() && attempt < 50; attempt++) {
      Sink sink = open(destination);
      Run run = new Run(sink);
      run.send(unconfirmed.stream().filter(event -> left.contains(event.id())).toList());
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> run.failed() || run.confirmed().size() == left.size());
      sink.close();
      run.check();
      run.confirmed().forEach(left::remove);
    }
    assertThat(left).as("never confirmed").isEmpty();
  }

  @Test
  void aBrokerThatStandsStillHoldsNobodyLongerThanAllowed() throws SinkException {
    Broker broker = mortal();
    Settings destination = destination();
    Sink sink = open(destination);
    Envelope first = events.next("guest-0", 500);
    new Run(sink).send(first).awaitConfirmed(List.of(first));
    Run run = new Run(sink);
    broker.pause();
    try {
      List<Envelope> more = events.mixed(2_000, 50, 8_000);
      long end = System.nanoTime() + Duration.ofSeconds(12).toNanos();
      run.send(more, sofar -> System.nanoTime() > end);
      assertThat(run.confirmed()).isEmpty();
      closesInTime(sink);
      assertTimeoutPreemptively(
          OPEN.plus(LATE),
          () -> assertThatThrownBy(() -> open(destination)).isInstanceOf(SinkException.class));
    } finally {
      broker.resume();
      broker.awaitReady();
    }
    run.check();
  }

  @Test
  void closingLetsGoAtOnceAndTwiceIsOnce() throws SinkException {
    Settings destination = destination();
    Sink sink = open(destination);
    List<Envelope> sent = events.mixed(500 * SCALE, 20, 4_000);
    Run run = new Run(sink).send(sent);
    closesInTime(sink);
    closesInTime(sink);
    run.check();
    List<String> confirmed = run.confirmed();
    assertThat(Seen.ids(consume(destination, confirmed.size()))).containsAll(confirmed);
  }

  private static void closesInTime(Sink sink) {
    long start = System.nanoTime();
    sink.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(CLOSE.plus(LATE));
  }

  private static void join(Thread thread) {
    try {
      thread.join(60_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Needs.that(!thread.isAlive(), "the broker could not be killed");
  }
}
