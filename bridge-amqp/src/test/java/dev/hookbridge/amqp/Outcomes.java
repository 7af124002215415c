package dev.hookbridge.amqp;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Sink;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** Remembers every outcome of every envelope, so that a second one does not go unseen. */
final class Outcomes {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private final Map<String, List<Outcome>> byId = new ConcurrentHashMap<>();

  void send(Sink sink, Envelope envelope) {
    sink.send(envelope, of(envelope));
  }

  Consumer<Outcome> of(Envelope envelope) {
    List<Outcome> outcomes =
        byId.computeIfAbsent(envelope.id(), id -> new CopyOnWriteArrayList<>());
    return outcomes::add;
  }

  List<Outcome> all(Envelope envelope) {
    return byId.getOrDefault(envelope.id(), List.of());
  }

  /** The one outcome of one envelope, waited for. */
  Outcome await(Envelope envelope) {
    if (all(envelope).isEmpty()) {
      arrival(envelope);
    }
    if (all(envelope).size() > 1) {
      throw new AssertionError("more than one outcome: " + all(envelope));
    }
    return all(envelope).get(0);
  }

  private void arrival(Envelope envelope) {
    Awaitility.await("an outcome of " + envelope)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> !all(envelope).isEmpty());
  }

  /** Sends and waits. */
  Outcome through(Sink sink, Envelope envelope) {
    send(sink, envelope);
    return await(envelope);
  }
}
