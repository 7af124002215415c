package dev.hookbridge.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSinkPaceTest {
  private final SampleEvents events = new SampleEvents(3);
  private final List<String> confirmed = new ArrayList<>();
  private long now = 5;
  @TempDir Path folder;

  @Test
  void linesAreWrittenAtOnceAndSyncedAtMostTenTimesASecond() throws Exception {
    Path path = folder.resolve("events.jsonl");
    FileSink sink = new FileSink(new RotatedFile(path, Long.MAX_VALUE, 1), () -> now);
    String first = send(sink);
    assertThat(confirmed).containsExactly(first);
    String second = send(sink);
    now += Duration.ofMillis(99).toNanos();
    String third = send(sink);
    assertThat(Seen.ids(FileLines.of(path))).containsExactly(first, second, third);
    assertThat(confirmed).containsExactly(first);
    now += Duration.ofMillis(1).toNanos();
    sink.flush();
    assertThat(confirmed).containsExactly(first, second, third);
    String last = send(sink);
    assertThat(confirmed).hasSize(3);
    sink.close();
    assertThat(confirmed).containsExactly(first, second, third, last);
  }

  private String send(FileSink sink) {
    Envelope event = events.next("guest", 300);
    sink.send(
        event,
        outcome -> {
          assertThat(outcome).isEqualTo(Outcome.CONFIRMED);
          confirmed.add(event.id());
        });
    sink.flush();
    return event.id();
  }
}
