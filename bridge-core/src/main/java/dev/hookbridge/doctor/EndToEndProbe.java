package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.FeedReader;
import dev.hookbridge.api.Route;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.check.SinkChecks;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.config.SinkConfig;
import dev.hookbridge.spool.SinkStatus;
import dev.hookbridge.spool.SpoolView;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.SpooledEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends the test event and waits for it. It starts to read at each broker, has the hook called, and
 * waits for the event. A publisher may lack read permission. Then it waits for the broker's
 * confirm, which the spool records.
 */
final class EndToEndProbe {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration STEP = Duration.ofMillis(100);
  private static final long LOOK_AGAIN = Duration.ofMillis(20).toNanos();
  private static final int PAGE = 500;

  private final CheckRunner round;
  private final BufferedReader in;
  private final HostPaths places;
  private final String token;
  private final Map<String, FeedReader> readers = new LinkedHashMap<>();
  private volatile boolean called;
  private volatile long before;
  private volatile long number;
  private volatile long begin;

  EndToEndProbe(CheckRunner round, BufferedReader in, HostPaths places, String token) {
    this.round = round;
    this.in = in;
    this.places = places;
    this.token = token;
  }

  /** Sends the test event and checks its arrival at each sink. */
  void send(List<SinkConfig> sinks) {
    for (SinkConfig sink : sinks) {
      round.look(SinkChecks.named(sink, "reading"), () -> read(sink));
    }
    round.look("test event", this::note);
    round.say(DoctorLine.of(DoctorLine.Kind.READING, ""));
    begin = System.nanoTime();
    round.look("test call", this::hear);
    if (called) {
      round.look("test event", PATIENCE.plusSeconds(5), this::taken);
    }
    for (SinkConfig sink : number > 0 ? sinks : List.<SinkConfig>of()) {
      String what = SinkChecks.named(sink, "test event");
      round.look(what, PATIENCE.plusSeconds(5), () -> List.of(arrived(sink, what)));
    }
    readers.values().forEach(FeedReader::close);
  }

  private List<Check> read(SinkConfig sink) {
    try {
      Optional<FeedReader> reader = sink.plan().transport().feed(sink.plan().settings(), false);
      reader.ifPresent(feed -> readers.put(sink.name(), feed));
    } catch (SinkException e) {
      readers.remove(sink.name()); // then the confirm is enough
    }
    return List.of();
  }

  private List<Check> note() throws SpoolException {
    try (SpoolView spool = SpoolView.open(places.spool())) {
      before = spool.last();
    }
    return List.of();
  }

  /** Waits until the hook was called. The host's worker reports why it was not. */
  private List<Check> hear() throws IOException {
    called = "called".equals(in.readLine());
    return List.of();
  }

  /**
   * Waits for the event in the spool. An event stays there until all sinks have confirmed it, and a
   * moment longer.
   */
  private List<Check> taken() throws SpoolException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    try (SpoolView spool = SpoolView.open(places.spool())) {
      while (System.nanoTime() < until) {
        for (SpooledEvent stored : spool.events(before, PAGE)) {
          if (isOurs(stored.envelope())) {
            number = stored.sequence();
            return List.of(Check.ok("test event", "has number " + number + " in the spool"));
          }
        }
        LockSupport.parkNanos(LOOK_AGAIN);
      }
      if (spool.last() > before) {
        number = spool.last(); // it left the spool too fast to see
        return List.of();
      }
    }
    return List.of(
        Check.failure(
            "test event",
            "was not ingested within "
                + PATIENCE.toSeconds()
                + " s: 'journalctl -u hookbridge' says why"));
  }

  private Check arrived(SinkConfig sink, String what) throws Exception {
    Route route = new Route("qemu", "unknown", "unknown", DoctorCall.OBJECT);
    if (!sink.plan().include().passes(route)) {
      return Check.ok(what, "is none for this sink, by its include");
    }
    FeedReader reader = readers.get(sink.name());
    Optional<String> how = reader == null ? confirmed(sink.name()) : readBack(reader);
    if (how.isPresent()) {
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      return Check.ok(what, how.get() + " within " + millis + " ms");
    }
    long waiting = unconfirmed(sink.name());
    String sentence =
        "has not arrived in "
            + PATIENCE.toSeconds()
            + " s, "
            + waiting
            + " events wait for this sink";
    return waiting > PAGE
        ? Check.warning(what, sentence + " and come first")
        : Check.failure(what, sentence + ": 'journalctl -u hookbridge' says what its broker says");
  }

  private Optional<String> readBack(FeedReader reader) throws SinkException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < until) {
      for (Envelope envelope : reader.poll(STEP)) {
        if (isOurs(envelope)) {
          return Optional.of("was read back");
        }
      }
    }
    return Optional.empty();
  }

  private boolean isOurs(Envelope envelope) {
    return new String(envelope.data(), StandardCharsets.UTF_8).contains(token);
  }

  private Optional<String> confirmed(String sink) throws SpoolException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    try (SpoolView spool = SpoolView.open(places.spool())) {
      while (System.nanoTime() < until) {
        for (SinkStatus status : spool.sinks()) {
          if (status.sink().equals(sink) && status.low() >= number) {
            return Optional.of("was confirmed (this user may not read it back)");
          }
        }
        LockSupport.parkNanos(LOOK_AGAIN);
      }
    }
    return Optional.empty();
  }

  private long unconfirmed(String sink) throws SpoolException {
    try (SpoolView spool = SpoolView.open(places.spool())) {
      return spool.sinks().stream()
          .filter(status -> status.sink().equals(sink))
          .mapToLong(SinkStatus::unconfirmed)
          .sum();
    }
  }
}
