package dev.hookbridge.testing;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Sink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Does the minimum of a sink worker with one open sink. It sends in order, obeys the sink's
 * ordering, records the outcomes, and stops at the first outcome that is not a confirm. {@link
 * #check} fails the test when an envelope got a second outcome, or when {@code send} took too long.
 */
public final class Run {
  private static final Duration SEND = Duration.ofSeconds(5);
  private static final Duration FLUSH = Duration.ofMillis(50);
  private final Sink sink;
  private final Map<String, Outcome> outcomes = new LinkedHashMap<>();
  private final List<String> faults = new ArrayList<>();

  /** Creates a run with an open sink. */
  public Run(Sink sink) {
    this.sink = sink;
  }

  /**
   * Sends until all events are sent, an outcome is not a confirm, or {@code enough} returns true.
   */
  public Run send(List<Envelope> events, Predicate<Run> enough) {
    Map<String, String> lastOfKey = new LinkedHashMap<>();
    for (Envelope event : events) {
      if (failed() || enough.test(this)) {
        return this;
      }
      String before = lastOfKey.put(sink.orderingKey(event), event.id());
      if (before != null && sink.ordering() == Sink.Ordering.ONE_BY_ONE) {
        sink.flush();
        if (!settled(before)) {
          return this;
        }
      }
      give(event);
    }
    sink.flush();
    return this;
  }

  /** Sends events until an outcome is not a confirm. */
  public Run send(List<Envelope> events) {
    return send(events, run -> false);
  }

  /** Sends one event. */
  public Run send(Envelope event) {
    give(event);
    sink.flush();
    return this;
  }

  private void give(Envelope event) {
    long start = System.nanoTime();
    sink.send(event, outcome -> note(event.id(), outcome));
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    if (took.compareTo(SEND.plus(Deadline.MARGIN)) > 0) {
      fault("send took " + took);
    }
  }

  /** Waits up to 10 s for an outcome, and returns whether it is a confirm. */
  private boolean settled(String id) {
    return within(Duration.ofSeconds(10), id) && outcomes().get(id) instanceof Outcome.Confirmed;
  }

  /** Waits for an outcome, and flushes meanwhile as a sink worker does. */
  private boolean within(Duration time, String id) {
    long end = System.nanoTime() + time.toNanos();
    while (!settles(id)) {
      if (System.nanoTime() > end) {
        return false;
      }
      sink.flush();
    }
    return true;
  }

  private boolean settles(String id) {
    synchronized (outcomes) {
      if (!outcomes.containsKey(id)) {
        try {
          outcomes.wait(FLUSH.toMillis());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return outcomes.containsKey(id);
    }
  }

  private void note(String id, Outcome outcome) {
    synchronized (outcomes) {
      Outcome before = outcomes.put(id, outcome);
      if (before != null) {
        fault(id + " was " + before + " and then " + outcome);
      }
      outcomes.notifyAll();
    }
  }

  private void fault(String sentence) {
    synchronized (outcomes) {
      faults.add(sentence);
    }
  }

  /** Returns whether any outcome is not a confirm. */
  public boolean failed() {
    synchronized (outcomes) {
      return outcomes.values().stream().anyMatch(o -> !(o instanceof Outcome.Confirmed));
    }
  }

  /** Waits up to 30 s for the outcome of an event. */
  public Outcome await(Envelope event) {
    if (!within(Duration.ofSeconds(30), event.id())) {
      throw new AssertionError("no outcome of " + event + " within 30 s");
    }
    return outcomes().get(event.id());
  }

  /** Waits until all events have an outcome. Fails when one is not a confirm. */
  public void awaitConfirmed(List<Envelope> events) {
    for (Envelope event : events) {
      Outcome outcome = await(event);
      if (!(outcome instanceof Outcome.Confirmed)) {
        throw new AssertionError(event + " was not confirmed: " + outcome);
      }
    }
    check();
  }

  /** Returns the IDs of the confirmed events. */
  public List<String> confirmed() {
    return outcomes().entrySet().stream()
        .filter(entry -> entry.getValue() instanceof Outcome.Confirmed)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Returns the outcomes so far, by event ID. */
  public Map<String, Outcome> outcomes() {
    synchronized (outcomes) {
      return new LinkedHashMap<>(outcomes);
    }
  }

  /** Fails when the sink broke a rule that always applies. */
  public void check() {
    synchronized (outcomes) {
      if (!faults.isEmpty()) {
        throw new AssertionError(faults);
      }
    }
  }
}
