package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Settings;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.testing.Seen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * The part of the sink contract about a size limit that an operator raises while the agent runs.
 */
public abstract class LimitContract extends RefusalContract {
  /**
   * Raises the limit of a destination to twice the size that the tests send, while sinks are open.
   */
  protected abstract void raise(Settings limited);

  /** Sets the limit to {@link #LIMIT} again. */
  protected abstract void lower(Settings limited);

  private List<Envelope> largeWithoutXml(int count) {
    return Stream.generate(() -> events.next("guest-" + count % 7, LARGE)).limit(count).toList();
  }

  @Test
  void aLimitThatWasRaisedIsLearntWhenDeadLettersAreRetried() throws SpoolException {
    Settings destination = limited();
    pipeline.sinkWorker(destination);
    List<Envelope> taken = new ArrayList<>(pipeline.append(events.mixed(50, 5, 500)));
    List<Envelope> large = pipeline.append(largeWithoutXml(10));
    taken.addAll(large);
    pipeline.awaitDelivered();
    assertThat(pipeline.deadIds()).hasSameElementsAs(large.stream().map(Envelope::id).toList());
    raise(destination);
    try {
      pipeline.replayDeadLetters();
      pipeline.awaitDelivered();
      assertThat(pipeline.deadIds()).isEmpty();
      assertThat(pipeline.refusals()).hasSize(large.size());
      assertThat(Seen.ids(consume(destination, taken.size())))
          .containsAll(taken.stream().map(Envelope::id).toList());
    } finally {
      lower(destination);
    }
  }

  @Test
  void aLimitThatWasRaisedIsLearntAfterATime() throws SpoolException {
    Duration relearn = Duration.ofMillis(500);
    pipeline.waits(relearn, relearn, relearn);
    Settings destination = limited();
    pipeline.sinkWorker(destination);
    List<Envelope> taken = new ArrayList<>(pipeline.append(largeWithoutXml(1)));
    pipeline.awaitDelivered();
    assertThat(pipeline.deadIds()).hasSize(1);
    raise(destination);
    try {
      Awaitility.await("a new event that is taken")
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                int before = pipeline.deadIds().size();
                taken.addAll(pipeline.append(largeWithoutXml(1)));
                pipeline.awaitDelivered();
                return pipeline.deadIds().size() == before;
              });
      String last = taken.get(taken.size() - 1).id();
      assertThat(Seen.ids(consume(destination, 1))).contains(last);
    } finally {
      lower(destination);
    }
  }
}
