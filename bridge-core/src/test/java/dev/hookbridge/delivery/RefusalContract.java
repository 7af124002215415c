package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.DeadLetter;
import dev.hookbridge.testing.Run;
import dev.hookbridge.testing.Seen;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The third part of the sink contract: a healthy broker that refuses. The sink worker waits for
 * everything that an operator can fix. Only an event that can never be accepted becomes a dead
 * letter.
 */
public abstract class RefusalContract extends DeliveryContract {
  /** The message size limit of {@link #limited} in bytes. */
  protected static final int LIMIT = 64 * 1024;

  /** A size above the limit. */
  protected static final int LARGE = 100 * 1024;

  /** Returns a new, empty destination that accepts no message above {@link #LIMIT}. */
  protected abstract Settings limited();

  /** Returns a new destination that does not exist and that {@code check} can create. */
  protected abstract Settings missing();

  /** Removes the topic or exchange of a destination, as an operator might do it by mistake. */
  protected abstract void remove(Settings destination);

  /** Revokes the permission to publish to a destination. */
  protected abstract void forbid(Settings destination);

  /** Grants the permission again. */
  protected abstract void allow(Settings destination);

  // The sink alone

  @Test
  void tooLargeIsRefusedAndTheLimitKnownFromThenOn() throws SinkException {
    Envelope large = events.next("large", LARGE);
    Sink sink = open(limited());
    Run run = new Run(sink).send(large);
    assertThat(run.await(large))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(Reason.TOO_LARGE));
    assertThat(sink.maxEventBytes()).isLessThan(large.size());
    run.check();
  }

  @Test
  void nothingOfItsKeyOvertakesARefusedEvent() throws SinkException {
    Settings destination = limited();
    for (int round = 0; round < 3 * SCALE; round++) {
      List<Envelope> sent = new ArrayList<>();
      sent.add(events.next("guest", LARGE));
      for (int i = 0; i < 30; i++) {
        sent.add(events.next("guest", 200));
      }
      Sink sink = open(destination);
      Run run = new Run(sink).send(sent);
      assertThat(run.await(sent.get(0))).isInstanceOf(Outcome.Refused.class);
      sink.close();
      assertThat(Seen.ids(consume(destination, 0)))
          .as("successors in the key of a refused event")
          .doesNotContainAnyElementsOf(sent.stream().map(Envelope::id).toList());
    }
  }

  /** A sink that does not know the limit at the start learns it from a refusal. */
  @Test
  void anEventOfTheLargestSizeIsTaken() throws SinkException {
    Sink sink = open(limited());
    if (sink.maxEventBytes() > LARGE) {
      Envelope large = events.next("large", LARGE);
      new Run(sink).send(large).await(large);
    }
    Envelope empty = events.next("fits", new byte[0]);
    int room = sink.maxEventBytes() - empty.size();
    Envelope event = empty.withData(new byte[room], -1);
    assertThat(event.size()).isEqualTo(sink.maxEventBytes()).isGreaterThan(LIMIT / 2);
    new Run(sink).send(event).awaitConfirmed(List.of(event));
  }

  @Test
  void aMissingDestinationIsHeldUntilSomebodyMakesIt() throws SinkException {
    Settings missing = missing();
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
      Outcome outcome = new Run(open(settings)).send(event).await(event);
      assertThat(outcome).isNotInstanceOfAny(Outcome.Refused.class, Outcome.Confirmed.class);
      return outcome instanceof Outcome.Held held
          ? held.reason()
          : ((Outcome.Broken) outcome).reason();
    } catch (SinkException e) {
      return e.reason();
    }
  }

  // With spool and sink worker

  @Test
  void aMissingDestinationIsWaitedFor() throws SpoolException {
    Settings missing = missing();
    SinkWorker sinkWorker = pipeline.sinkWorker(missing);
    List<Envelope> taken = pipeline.append(events.mixed(300 * SCALE, 10, 500));
    Pipeline.awaitSteadyProblem(sinkWorker, Reason.MISSING);
    transport().check(missing, true);
    pipeline.awaitRecovery("destination missing, then made");
    assertAllInOrder(missing, taken);
    assertThat(sinkWorker.problem()).isEmpty();
  }

  @Test
  void aDestinationThatGoesIsWaitedFor() throws SpoolException {
    Settings destination = destination();
    SinkWorker sinkWorker = pipeline.sinkWorker(destination);
    List<Envelope> taken = new ArrayList<>(pipeline.append(events.mixed(200, 10, 500)));
    pipeline.awaitDelivered();
    List<Seen> seen = new ArrayList<>(consume(destination, taken.size()));
    remove(destination);
    taken.addAll(pipeline.append(events.mixed(200 * SCALE, 10, 500)));
    Pipeline.awaitProblem(sinkWorker, Reason.MISSING);
    assertThat(transport().check(destination, true))
        .noneMatch(line -> line.level() == Check.Level.FAILURE);
    pipeline.awaitRecovery("destination removed, then made again");
    seen.addAll(consume(destination, 200 * SCALE));
    assertThat(Seen.firstOccurrences(seen))
        .containsExactlyInAnyOrderEntriesOf(Seen.expected(taken));
    assertThat(pipeline.refusals()).isEmpty();
  }

  @Test
  void aRightThatIsWithdrawnIsWaitedFor() throws SpoolException {
    Settings destination = destination();
    SinkWorker sinkWorker = pipeline.sinkWorker(destination);
    List<Envelope> taken = new ArrayList<>(pipeline.append(events.mixed(200, 10, 500)));
    pipeline.awaitDelivered();
    forbid(destination);
    List<Envelope> within = pipeline.append(events.mixed(200 * SCALE, 10, 500));
    try {
      Pipeline.awaitSteadyProblem(sinkWorker, Reason.AUTHORIZATION);
      assertThat(pipeline.lag()).isEqualTo(within.size());
    } finally {
      allow(destination);
    }
    pipeline.awaitRecovery("right withdrawn, then given back");
    taken.addAll(within);
    assertAllInOrder(destination, taken);
  }

  @Test
  void oversizedEventIsReducedAndKeepsItsPlace() throws SpoolException {
    Settings destination = limited();
    List<Envelope> taken = new ArrayList<>();
    for (int i = 0; i < 30 * SCALE; i++) {
      taken.add(events.next("guest-" + i % 3, 300));
      taken.add(events.withXml("guest-" + i % 3, LARGE));
    }
    pipeline.append(taken);
    pipeline.sinkWorker(destination);
    pipeline.awaitDelivered();
    assertAllInOrder(destination, taken);
    assertThat(consume(destination, taken.size()))
        .extracting(Seen::attributes)
        .filteredOn(attributes -> attributes.containsKey("reduced"))
        .hasSizeGreaterThanOrEqualTo(30 * SCALE)
        .allSatisfy(attributes -> assertThat(attributes).contains(Map.entry("reduced", "true")));
  }

  /**
   * When the broker does not say which message made it close the channel, the sink worker must find
   * it.
   */
  @Test
  void irreducibleEventBecomesADeadLetterAndOthersContinue() throws SpoolException {
    Settings destination = limited();
    List<Envelope> taken = new ArrayList<>();
    List<Envelope> guilty = new ArrayList<>();
    for (int round = 0; round < 3 * SCALE; round++) {
      taken.addAll(events.mixed(100, 20, 500));
      Envelope large = events.next("guest-" + round % 20, LARGE); // no XML to remove
      guilty.add(large);
      taken.add(large);
      taken.addAll(events.mixed(100, 20, 500));
    }
    pipeline.append(taken);
    pipeline.sinkWorker(destination);
    pipeline.awaitDelivered();
    assertAllInOrderBut(guilty, destination, taken);
    assertThat(pipeline.deadLetters())
        .extracting(DeadLetter::reason)
        .containsOnly(Reason.TOO_LARGE.word());
  }
}
