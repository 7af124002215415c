package dev.hookbridge.file;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import dev.hookbridge.delivery.DeliveryContract;
import dev.hookbridge.testing.Seen;
import dev.hookbridge.testing.TestSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** The file sink takes the exam; its destinations are files. */
@Tag("slow")
class FileSinkContractTest extends DeliveryContract {
  private Path folder;

  @BeforeEach
  void folder(@TempDir Path given) {
    folder = given;
  }

  @Override
  protected Transport transport() {
    return new FileTransport();
  }

  @Override
  protected Settings destination() {
    String path = folder.resolve(UUID.randomUUID() + ".jsonl").toString();
    // The reader reads one file, so that none is put away.
    return new Settings("sinks.exam", Map.of("path", path, "rotate-bytes", "1024GiB"));
  }

  @Override
  protected Stream<Settings> wrong() {
    return Stream.<Map<String, String>>of(
            Map.of(),
            Map.of("path", "events.jsonl"),
            Map.of("path", "/tmp/x", "rotate-bytes", "much"),
            Map.of("path", "/tmp/x", "keep", "0"))
        .map(values -> new Settings("sinks.exam", values));
  }

  /** A line holds JSON, and what is no JSON never comes this far. */
  @Override
  protected Stream<Envelope> unusual() {
    return super.unusual().filter(event -> event.data().length > 0 && event.data()[0] == '{');
  }

  @Override
  protected List<Seen> consume(Settings destination, int atLeast) {
    return FileLines.of(Path.of(TestSettings.text(destination, "path")));
  }
}
