package dev.hookbridge.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.FeedReader;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.testing.Run;
import dev.hookbridge.testing.SampleEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reader of the file, which is rotated under its eyes. */
@Tag("slow")
class FileFeedTest {
  private final SampleEvents events = new SampleEvents(12);
  private final FileTransport transport = new FileTransport();
  private final List<String> read = new ArrayList<>();
  @TempDir Path folder;
  private Settings settings;
  private Sink sink;

  @BeforeEach
  void open() throws Exception {
    settings =
        new Settings(
            "sinks.a", Map.of("path", path().toString(), "rotate-bytes", "4096", "keep", "1000"));
    sink = transport.open(settings, new SinkContext("a", "host", new SimpleMeterRegistry()));
  }

  @AfterEach
  void close() {
    sink.close();
  }

  private Path path() {
    return folder.resolve("events.jsonl");
  }

  private List<String> send(int count) {
    List<Envelope> sent = events.mixed(count, 2, 300);
    new Run(sink).send(sent).awaitConfirmed(sent);
    return sent.stream().map(Envelope::id).toList();
  }

  private List<String> read(FeedReader feed, int atLeast) {
    read.clear();
    Awaitility.await()
        .until(
            () -> {
              feed.poll(Duration.ofMillis(50)).forEach(event -> read.add(event.id()));
              return read.size() >= atLeast;
            });
    return List.copyOf(read);
  }

  @Test
  void linesRotatedBetweenTwoReadsAreReadInOrder() throws Exception {
    try (FeedReader feed = transport.feed(settings, false).orElseThrow()) {
      for (int round = 0; round < 5; round++) {
        List<String> sent = send(60);
        assertThat(read(feed, 60)).isEqualTo(sent);
      }
    }
  }

  @Test
  void theBeginningIsTheOldestFileThereIs() throws Exception {
    List<String> sent = send(60);
    try (FeedReader feed = transport.feed(settings, true).orElseThrow()) {
      assertThat(read(feed, 60)).isEqualTo(sent);
    }
  }

  @Test
  void deletedFileIsReadToItsEnd() throws Exception {
    try (FeedReader feed = transport.feed(settings, false).orElseThrow()) {
      List<String> first = send(1);
      assertThat(read(feed, 1)).isEqualTo(first);
      List<String> second = send(2);
      Files.delete(path());
      List<String> third = send(2);
      assertThat(read(feed, 4)).startsWith(second.get(0), second.get(1)).containsAll(third);
    }
  }

  @Test
  void aFileThatIsCutIsReadFromItsBeginning() throws Exception {
    try (FeedReader feed = transport.feed(settings, false).orElseThrow()) {
      assertThat(read(feed, 0)).isEmpty();
      List<String> first = send(3);
      assertThat(read(feed, 3)).isEqualTo(first);
      try (FileChannel file = FileChannel.open(path(), StandardOpenOption.WRITE)) {
        file.truncate(0);
      }
      List<String> second = send(1);
      assertThat(read(feed, second.size())).isNotEmpty();
    }
  }

  /** A line is shown once, although half of it stood there before a crash. */
  @Test
  void halfALineThatIsTakenAwayMakesNoRepeats() throws Exception {
    try (FeedReader feed = transport.feed(settings, false).orElseThrow()) {
      List<String> first = send(3);
      assertThat(read(feed, 3)).isEqualTo(first);
      sink.close();
      Files.writeString(path(), "{\"specversion\":", StandardOpenOption.APPEND);
      assertThat(feed.poll(Duration.ofMillis(10))).isEmpty();
      open();
      List<String> second = send(1);
      assertThat(read(feed, 1)).isEqualTo(second);
    }
  }
}
