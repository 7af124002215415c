package dev.hookbridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.Limits;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.WhenFull;
import dev.hookbridge.testing.SampleEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events of decisions under way: stored behind their call, or counted. */
class DecisionEventQueueTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final SampleEvents samples = new SampleEvents(1);

  @Test
  void decisionEventsOfAnUnstoredBatchAreCountedWhenTheAgentStops(@TempDir Path folder)
      throws Exception {
    Limits limits = new Limits(1L << 30, WhenFull.DROP_OLDEST);
    try (Spool spool = Spool.open(folder, "kvm-07.example.org", limits, meters)) {
      DecisionEventQueue decisionEventQueue = new DecisionEventQueue(spool, meters);
      Envelope call = samples.next("web", 100);
      decisionEventQueue.report(requested(call));
      decisionEventQueue.report(requested(call));
      List<Envelope> batch = new ArrayList<>(List.of(call));
      batch.addAll(decisionEventQueue.of(call.id()));
      assertThat(batch).hasSize(3);
      decisionEventQueue.notStored(batch);
      assertThat(meters.get("hookbridge.decision.events.dropped").counter().count()).isEqualTo(2);
    }
  }

  private Envelope requested(Envelope call) {
    return samples
        .next("web", 100)
        .with("type", "dev.hookbridge.decision.requested.v1")
        .with("causationid", call.id());
  }
}
