package dev.hookbridge.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.FeedReader;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.api.Transport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The exam every sink takes on the real thing: what {@link Sink} and {@link Transport} promise
 * while all is well, one test for each promise. A transport's module says how to make a destination
 * and how a plain client reads it.
 *
 * <p>The exam goes on in package {@code delivery}: {@code DeliveryContract} puts a spool and a sink
 * worker before the sink, {@code RefusalContract} is for sinks whose broker can say no, {@code
 * BrokerContract} for those whose broker can be hurt. A sink takes the last one that applies.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SinkContract {
  private static final Duration CLOSE = Duration.ofSeconds(2);

  /** A tenth of the full counts, unless the build asks for all. */
  protected static final int SCALE = Boolean.getBoolean("hookbridge.full") ? 10 : 1;

  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final List<Sink> opened = new ArrayList<>();
  protected SampleEvents events = new SampleEvents(seed);

  protected abstract Transport transport();

  /** A new, empty destination that exists and takes events of 2 MiB. */
  protected abstract Settings destination();

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

  /** Opened before anything is sent: an exchange keeps nothing for one who comes later. */
  @Test
  void theFeedReaderSeesTheSame() throws SinkException {
    Settings destination = destination();
    List<Envelope> sent = events.mixed(20, 3, 300);
    try (FeedReader reader = transport().feed(destination, false).orElseThrow()) {
      new Run(open(destination)).send(sent).awaitConfirmed(sent);
      List<Envelope> read = new ArrayList<>();
      Awaitility.await()
          .until(() -> read.addAll(reader.poll(Duration.ofMillis(500))) && read.size() >= 20);
      assertThat(read.stream().map(Envelope::attributes))
          .containsExactlyInAnyOrderElementsOf(sent.stream().map(Envelope::attributes).toList());
      assertThat(read.stream().map(event -> new String(event.data(), UTF_8)))
          .containsExactlyInAnyOrderElementsOf(
              sent.stream().map(event -> new String(event.data(), UTF_8)).toList());
    }
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

  protected static void closesInTime(Sink sink) {
    Deadline.kept(CLOSE, sink::close);
  }
}
