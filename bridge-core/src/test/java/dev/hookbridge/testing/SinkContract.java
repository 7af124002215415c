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
 * The contract test of every sink, on a real broker. It checks the guarantees of {@link Sink} and
 * {@link Transport} with a healthy broker, one test for each guarantee. A transport's module
 * provides a destination and a plain client that reads it.
 *
 * <p>The contract continues in package {@code delivery}. {@code DeliveryContract} puts a spool and
 * a sink worker in front of the sink. {@code RefusalContract} is for sinks whose broker can refuse.
 * {@code BrokerContract} is for sinks whose broker a test can stop and kill. A sink's test extends
 * the last of these that applies.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SinkContract {
  private static final Duration CLOSE = Duration.ofSeconds(2);

  /**
   * Factor for event counts. It is a tenth of the full value, unless the build requests the full
   * test.
   */
  protected static final int SCALE = Boolean.getBoolean("hookbridge.full") ? 10 : 1;

  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final List<Sink> opened = new ArrayList<>();
  protected SampleEvents events = new SampleEvents(seed);

  /** Returns the transport under test. */
  protected abstract Transport transport();

  /** Returns a new, empty destination that exists and accepts events of 2 MiB. */
  protected abstract Settings destination();

  /** Returns settings that must be refused without any connection. */
  protected abstract Stream<Settings> wrong();

  /**
   * Returns everything in a destination, read by a plain client, in the broker's order. It is
   * called while the broker is healthy. It returns when nothing more has arrived for a moment and
   * at least {@code atLeast} messages were read.
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

  /**
   * Returns events that are difficult to transport. A sink that can carry only JSON and no bytes
   * leaves some of them out.
   */
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

  /**
   * The reader is opened before anything is sent, because an exchange stores nothing for later
   * readers.
   */
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
