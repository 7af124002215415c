package dev.hookbridge.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.testing.Run;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands at the end of a file when a sink opens it. */
class TornLineTest {
  private final SampleEvents events = new SampleEvents(14);
  @TempDir Path folder;

  private Path path() {
    return folder.resolve("events.jsonl");
  }

  /** One life of a sink. */
  private List<Envelope> send(int count) throws SinkException {
    List<Envelope> sent = events.mixed(count, 2, 300);
    SinkContext context = new SinkContext("a", "host", new SimpleMeterRegistry());
    Settings settings = new Settings("sinks.a", Map.of("path", path().toString()));
    try (Sink sink = new FileTransport().open(settings, context)) {
      new Run(sink).send(sent).awaitConfirmed(sent);
    }
    return sent;
  }

  private static List<String> ids(List<Envelope> sent) {
    return sent.stream().map(Envelope::id).toList();
  }

  private static List<String> idsIn(Path file) {
    return Seen.ids(FileLines.of(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"specversion\":\"1.0\",\"id\":\"to", "{", "\0\0\0\0", "\0{\"a\":1}"})
  void halfALineIsTakenAway(String torn) throws Exception {
    List<Envelope> before = send(3);
    Files.writeString(path(), torn, StandardOpenOption.APPEND);
    List<Envelope> after = send(1);
    before.addAll(after);
    assertThat(idsIn(path())).containsExactlyElementsOf(ids(before));
  }

  /** A line that is whole but for its end may be one that was confirmed and edited. */
  @Test
  void aWholeLineGetsItsEnd() throws Exception {
    List<Envelope> before = send(3);
    String text = Files.readString(path());
    Files.writeString(path(), text.substring(0, text.length() - 1));
    List<Envelope> after = send(1);
    before.addAll(after);
    assertThat(idsIn(path())).containsExactlyElementsOf(ids(before));
  }

  @Test
  void foreignLinesAreNotTruncated() throws Exception {
    Files.writeString(path(), "# a note without an end");
    send(1);
    assertThat(Files.readAllLines(path())).hasSize(2).first().isEqualTo("# a note without an end");
  }
}
