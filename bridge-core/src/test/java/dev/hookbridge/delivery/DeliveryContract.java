package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Settings;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.DeadLetter;
import dev.hookbridge.testing.Seen;
import dev.hookbridge.testing.SinkContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The second part of the sink contract: a real spool and a real sink worker in front of the sink.
 * In every case, every ingested event becomes visible, and the first occurrences of each key are in
 * order.
 */
public abstract class DeliveryContract extends SinkContract {
  protected Pipeline pipeline;

  @BeforeEach
  void openPipeline(@TempDir Path folder) throws SpoolException {
    pipeline = new Pipeline(transport(), folder);
  }

  @AfterEach
  void closePipeline() throws SpoolException {
    if (pipeline != null) {
      pipeline.close();
    }
  }

  /**
   * Asserts that no event is missing, that each key is in order, and that there are no refusals and
   * no dead letters.
   */
  protected final void assertAllInOrder(Settings destination, List<Envelope> taken)
      throws SpoolException {
    assertThat(Seen.firstOccurrences(consume(destination, taken.size())))
        .containsExactlyInAnyOrderEntriesOf(Seen.expected(taken));
    assertThat(pipeline.refusals()).isEmpty();
    assertThat(pipeline.deadLetters()).isEmpty();
  }

  /**
   * Asserts the same, except for some events. Those are dead letters, and one event reports each of
   * them.
   */
  protected final void assertAllInOrderBut(
      List<Envelope> parked, Settings destination, List<Envelope> taken) throws SpoolException {
    List<String> ids = parked.stream().map(Envelope::id).toList();
    List<Envelope> others = new ArrayList<>(taken);
    others.removeAll(parked);
    List<Seen> seen = new ArrayList<>(consume(destination, taken.size()));
    List<Seen> reported = seen.stream().filter(DeliveryContract::tellsOfRefusal).toList();
    seen.removeAll(reported);
    assertThat(Seen.firstOccurrences(seen))
        .containsExactlyInAnyOrderEntriesOf(Seen.expected(others));
    assertThat(pipeline.refusals()).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(pipeline.deadLetters())
        .extracting(DeadLetter::id)
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(reported)
        .extracting(message -> message.attributes().get("causationid"))
        .containsOnlyOnceElementsOf(ids);
  }

  private static boolean tellsOfRefusal(Seen message) {
    return "dev.hookbridge.refused.v1".equals(message.attributes().get("type"));
  }

  @Test
  void ingestedEventsArriveInOrder() throws SpoolException {
    Settings destination = destination();
    pipeline.sinkWorker(destination);
    List<Envelope> taken = pipeline.append(events.mixed(1_000 * SCALE, 20, 1_000));
    pipeline.awaitDelivered();
    assertAllInOrder(destination, taken);
  }

  @Test
  void aBacklogArrivesInOrder() throws SpoolException {
    Settings destination = destination();
    List<Envelope> taken = pipeline.append(events.mixed(3_000 * SCALE, 20, 4_000));
    pipeline.sinkWorker(destination);
    pipeline.awaitDelivered();
    assertAllInOrder(destination, taken);
  }

  @Test
  void newSinkWorkerContinuesWhereTheStoppedOneWas() throws SpoolException {
    Settings destination = destination();
    List<Envelope> taken = pipeline.append(events.mixed(3_000 * SCALE, 20, 1_000));
    for (int left = 2_500; left > 0; left -= 500) {
      SinkWorker sinkWorker = pipeline.sinkWorker(destination);
      pipeline.awaitLag((long) left * SCALE);
      sinkWorker.close();
      assertThat(sinkWorker.problem()).isEmpty();
    }
    pipeline.sinkWorker(destination);
    pipeline.awaitDelivered();
    assertAllInOrder(destination, taken);
  }

  @Test
  void theXmlArrivesAsItWas() throws SpoolException {
    Settings destination = destination();
    pipeline.sinkWorker(destination);
    List<Envelope> taken = pipeline.append(List.of(events.withXml("guest", 300_000)));
    pipeline.awaitDelivered();
    assertThat(consume(destination, 1))
        .singleElement()
        .satisfies(
            seen -> {
              assertThat(seen.data()).isEqualTo(taken.get(0).data());
              assertThat(seen.attributes()).doesNotContainKey("reduced");
            });
  }
}
