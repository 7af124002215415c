package dev.hookbridge.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import dev.hookbridge.testing.SampleEvents;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LastEventsTest {
  private final LastEvents last = new LastEvents();
  private final SampleEvents samples = new SampleEvents(1);

  @Test
  void theNewestComeFirst() {
    assertThat(last.newestFirst()).isEmpty();
    last.note(1, samples.next("web1", 100));
    last.note(2, samples.next("web2", 100));
    assertThat(last.newestFirst())
        .containsExactly(
            new EventSummary(
                2,
                "2026-02-03T04:05:06.789012345Z",
                "dev.hookbridge.libvirt.qemu.started.v1",
                "web2"),
            new EventSummary(
                1,
                "2026-02-03T04:05:06.789012345Z",
                "dev.hookbridge.libvirt.qemu.started.v1",
                "web1"));
  }

  @Test
  void onlySoManyAreKept() {
    for (int i = 1; i <= 3 * LastEvents.MOST + 7; i++) {
      last.note(i, samples.next("web" + i, 100));
    }
    List<EventSummary> kept = last.newestFirst();
    assertThat(kept).hasSize(LastEvents.MOST);
    assertThat(kept.get(0).sequence()).isEqualTo(3L * LastEvents.MOST + 7);
    assertThat(kept.get(LastEvents.MOST - 1).subject())
        .isEqualTo("web" + (2 * LastEvents.MOST + 8));
  }

  @Test
  void theDataIsLetGo() {
    WeakReference<byte[]> data = noted();
    Awaitility.await("the data is collected")
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              System.gc();
              return data.get() == null;
            });
    assertThat(last.newestFirst()).hasSize(1);
  }

  private WeakReference<byte[]> noted() {
    Envelope event = samples.withXml("web1", 1 << 20);
    last.note(1, event);
    return new WeakReference<>(event.data());
  }

  @Test
  void keptEventsAreShort() {
    Map<String, String> attributes =
        Map.of(
            "id",
            "1",
            "type",
            "t".repeat(9_000),
            "subject",
            "s".repeat(9_000),
            "time",
            "now",
            "partitionkey",
            "k");
    last.note(1, new Envelope(attributes, new Route("qemu", "start", "-", "s"), new byte[0], -1));
    EventSummary seen = last.newestFirst().get(0);
    assertThat(seen.subject().length() + seen.type().length()).isEqualTo(2_048);
  }

  @Test
  void manyMayLookWhileOneWrites() throws Exception {
    List<Thread> readers = new ArrayList<>();
    List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 4; i++) {
      Thread reader = new Thread(this::look);
      reader.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
      reader.start();
      readers.add(reader);
    }
    for (int i = 1; i <= 20_000; i++) {
      last.note(i, samples.next("web", 100));
    }
    for (Thread reader : readers) {
      reader.join();
    }
    assertThat(failures).isEmpty();
  }

  private void look() {
    for (long newest = 0; newest < 20_000; ) {
      List<EventSummary> kept = last.newestFirst();
      for (int i = 1; i < kept.size(); i++) {
        assertThat(kept.get(i).sequence()).isEqualTo(kept.get(i - 1).sequence() - 1);
      }
      newest = kept.isEmpty() ? 0 : kept.get(0).sequence();
    }
  }
}
