package dev.hookbridge.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.testing.Run;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others do to the file of a sink, one step at a time. */
@Tag("slow")
class FileSinkTest {
  private final SampleEvents events = new SampleEvents(11);
  private final List<Sink> opened = new ArrayList<>();
  @TempDir Path folder;

  @AfterEach
  void closeAll() {
    opened.forEach(Sink::close);
  }

  private Path path() {
    return folder.resolve("events.jsonl");
  }

  private Path moved() {
    return folder.resolve("events.jsonl.moved");
  }

  private Sink open(Path path, String rotateBytes) throws SinkException {
    Settings settings =
        new Settings("sinks.a", Map.of("path", path.toString(), "rotate-bytes", rotateBytes));
    SinkContext context = new SinkContext("a", "host", new SimpleMeterRegistry());
    Sink sink = new FileTransport().open(settings, context);
    opened.add(sink);
    return sink;
  }

  private Sink open(Path path) throws SinkException {
    return open(path, "64MiB");
  }

  private List<Envelope> send(Sink sink, int count) {
    List<Envelope> sent = events.mixed(count, 2, 300);
    new Run(sink).send(sent).awaitConfirmed(sent);
    return sent;
  }

  private static List<String> ids(List<Envelope> sent) {
    return sent.stream().map(Envelope::id).toList();
  }

  private static List<String> idsIn(Path file) {
    return Seen.ids(FileLines.of(file));
  }

  @Test
  void aFileThatWasMovedIsLeftAndAnotherBegun() throws Exception {
    Sink sink = open(path());
    List<Envelope> before = send(sink, 5);
    Files.move(path(), moved());
    List<Envelope> after = send(sink, 5);
    assertThat(idsIn(moved())).containsExactlyElementsOf(ids(before));
    assertThat(idsIn(path())).containsAll(ids(after));
  }

  @Test
  void aFileThatWasDeletedIsMadeAnew() throws Exception {
    Sink sink = open(path());
    send(sink, 5);
    Files.delete(path());
    List<Envelope> after = send(sink, 5);
    assertThat(idsIn(path())).containsAll(ids(after));
  }

  @ParameterizedTest
  @ValueSource(strings = {"deleted", "moved", "replaced", "cut", "halved", "raced"})
  void unsyncedLinesAreConfirmedInTheNamedFileOnly(String how) throws Exception {
    Sink sink = open(path());
    Run run = new Run(sink);
    List<Envelope> sent = events.mixed(20, 3, 300);
    for (int i = 0; i < sent.size(); i++) {
      sink.send(sent.get(i), outcome -> assertThat(outcome).isEqualTo(Outcome.CONFIRMED));
      if (i == 10) {
        hurt(how);
      }
    }
    sink.flush();
    run.check();
    assertThat(idsIn(path())).containsAll(ids(sent));
    assertThat(Seen.firstOccurrences(FileLines.of(path()))).isEqualTo(Seen.expected(sent));
  }

  private void hurt(String how) throws IOException {
    switch (how) {
      case "deleted" -> Files.delete(path());
      case "moved" -> Files.move(path(), moved());
      case "replaced" -> {
        Path other = Files.createFile(folder.resolve("other"));
        Files.move(other, path(), StandardCopyOption.REPLACE_EXISTING);
      }
      case "halved" -> {
        try (FileChannel file = FileChannel.open(path(), StandardOpenOption.WRITE)) {
          file.truncate(1_000); // in the middle of a line
        }
      }
      case "raced" -> {
        List<String> lines = Files.readAllLines(path());
        cut(); // and one line came after that, before the sink could see it
        Files.writeString(path(), lines.get(10) + "\n", StandardOpenOption.APPEND);
      }
      default -> cut();
    }
  }

  private void cut() throws IOException {
    try (FileChannel file = FileChannel.open(path(), StandardOpenOption.WRITE)) {
      file.truncate(0);
    }
  }

  @Test
  void aFileThatIsCutGoesOnWithoutNul() throws Exception {
    Sink sink = open(path());
    send(sink, 20);
    cut();
    List<Envelope> after = send(sink, 5);
    assertThat(Files.readString(path())).doesNotContain("\0");
    assertThat(idsIn(path())).containsAll(ids(after));
  }

  /** As copytruncate does: what is written between the copy and the cut is in neither. */
  @Test
  void linesBetweenCopyAndTruncateAreWrittenAgain() throws Exception {
    Sink sink = open(path());
    List<Envelope> before = send(sink, 5);
    Files.copy(path(), moved());
    List<Envelope> between = send(sink, 5);
    cut();
    sink.flush();
    assertThat(idsIn(moved())).containsExactlyElementsOf(ids(before));
    assertThat(idsIn(path())).containsAll(ids(between));
  }

  @Test
  void aFolderThatIsGoneBreaksTheSinkAndNothingIsConfirmed() throws Exception {
    Path logs = Files.createDirectory(folder.resolve("logs"));
    Path file = logs.resolve("events.jsonl");
    Sink sink = open(file);
    send(sink, 1);
    Files.delete(file);
    Files.delete(logs);
    Envelope lost = events.next("guest", 300);
    Outcome outcome = new Run(sink).send(lost).await(lost);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Broken.class,
            broken -> assertThat(broken.detail()).contains(file.toString()).doesNotContain("\n"));
    sink.close();
    assertThatThrownBy(() -> open(file)).isInstanceOf(SinkException.class);
    Files.createDirectory(logs);
    assertThat(idsIn(file(open(file), file))).isNotEmpty();
  }

  private Path file(Sink sink, Path file) {
    send(sink, 1);
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"same", "symbolic", "hard"})
  void twoSinksNeverWriteToOneFile(String link) throws Exception {
    Sink first = open(path());
    send(first, 3);
    Path other = link.equals("same") ? path() : folder.resolve("link.jsonl");
    if (link.equals("symbolic")) {
      Files.createSymbolicLink(other, path());
    } else if (link.equals("hard")) {
      Files.createLink(other, path());
    }
    assertThatThrownBy(() -> open(other))
        .isInstanceOfSatisfying(
            SinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CONFIGURATION))
        .hasMessageContaining(other + " is written by another sink or agent");
    first.close();
    send(open(other), 3);
  }

  @Test
  void anotherProcessIsKeptOutToo() throws Exception {
    Sink sink = open(path());
    send(sink, 3);
    Process other = MortalWriter.start(path());
    assertThat(other.inputReader().readLine()).contains("is written by another sink or agent");
    Files.move(path(), moved());
    send(sink, 1);
    other = MortalWriter.start(path());
    assertThat(other.inputReader().readLine()).contains("is written by another sink or agent");
    sink.close();
    other = MortalWriter.start(path());
    assertThat(other.inputReader().readLine()).isEqualTo("open");
    assertThatThrownBy(() -> open(path())).isInstanceOf(SinkException.class);
    other.destroyForcibly().waitFor();
    send(open(path()), 3);
  }

  @Test
  void linesThatOthersAppendLoseNoEvent() throws Exception {
    Sink sink = open(path());
    send(sink, 2);
    Files.writeString(path(), "# no end", StandardOpenOption.APPEND);
    List<Envelope> sent = send(sink, 2);
    List<String> lines = Files.readAllLines(path());
    assertThat(lines).hasSize(5);
    assertThat(Seen.ids(lines.subList(3, 5).stream().map(FileLines::event).toList()))
        .isEqualTo(ids(sent));
  }

  /** A backup, an editor or a person puts another thing in the file's place. */
  @Test
  void aFolderInTheFilesPlaceIsToldAndNothingIsConfirmed() throws Exception {
    Sink sink = open(path());
    send(sink, 1);
    Files.delete(path());
    Files.createDirectory(path());
    Envelope lost = events.next("guest", 300);
    assertThat(new Run(sink).send(lost).await(lost))
        .isInstanceOfSatisfying(
            Outcome.Broken.class,
            broken -> assertThat(broken.reason()).isEqualTo(Reason.CONFIGURATION));
  }

  @Test
  @Timeout(30)
  void nonRegularFileIsRefused() throws Exception {
    new ProcessBuilder("mkfifo", path().toString()).start().waitFor();
    assertThatThrownBy(() -> open(path()))
        .isInstanceOf(SinkException.class)
        .hasMessageContaining("not a regular file");
  }

  /** Where a link leads is where there is room; the file beside it is rotated, not the link. */
  @Test
  void aFileBehindALinkIsRotatedWhereItLies() throws Exception {
    Path real = Files.createDirectory(folder.resolve("large")).resolve("e.jsonl");
    Files.createSymbolicLink(path(), real);
    List<Envelope> sent = send(open(path(), "4096"), 40);
    assertThat(path()).isSymbolicLink();
    assertThat(real.resolveSibling("e.jsonl.5")).isRegularFile();
    assertThat(idsIn(real)).contains(sent.get(39).id());
  }

  /** Another's rotation between two of ours must not cost a file. */
  @Test
  void rotationByTwoLosesNothing() throws Exception {
    Sink sink = open(path(), "4096");
    List<Envelope> sent = new ArrayList<>(send(sink, 4));
    Files.move(path(), folder.resolve("events.jsonl.1"));
    sent.addAll(send(sink, 8));
    List<String> found = new ArrayList<>();
    for (String name : List.of("events.jsonl.2", "events.jsonl.1", "events.jsonl")) {
      if (Files.exists(folder.resolve(name))) {
        found.addAll(idsIn(folder.resolve(name)));
      }
    }
    assertThat(found).containsAll(ids(sent));
  }
}
