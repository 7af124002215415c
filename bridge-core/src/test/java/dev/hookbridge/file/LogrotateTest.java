package dev.hookbridge.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Settings;
import dev.hookbridge.delivery.Pipeline;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real logrotate rotates the file again and again while a sink worker writes to it. */
@Tag("slow")
class LogrotateTest {
  private static final int ROUNDS = Boolean.getBoolean("hookbridge.full") ? 100 : 10;
  private static final Pattern NUMBER = Pattern.compile("\\.jsonl\\.(\\d+)");
  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final SampleEvents events = new SampleEvents(seed);
  @TempDir Path folder;

  @BeforeEach
  void needs() {
    Needs.command("logrotate");
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create 0640",
        "nocreate\nmissingok",
        "create 0640\ncompress",
        "create 0640\ncompress\ndelaycompress",
        "copytruncate",
        "copytruncate\ncompress"
      })
  void everyEventIsInOneOfTheFiles(String how) throws Exception {
    Path logs = Files.createDirectory(folder.resolve("logs"));
    Path file = logs.resolve("events.jsonl");
    List<Envelope> taken = new ArrayList<>();
    try (Pipeline pipeline = new Pipeline(new FileTransport(), folder)) {
      pipeline.sinkWorker(
          new Settings("sinks.exam", Map.of("path", file.toString(), "rotate-bytes", "1GiB")));
      for (int round = 0; round < ROUNDS; round++) {
        taken.addAll(pipeline.append(events.mixed(200, 5, 2_000)));
        Process rotation = logrotate(file, how);
        // Not more than is written again, however long logrotate takes to sync its copy.
        for (int more = 0; more < 10 && rotation.isAlive(); more++) {
          taken.addAll(pipeline.append(events.mixed(10, 5, 2_000)));
        }
        String said = new String(rotation.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(rotation.waitFor()).as(said).isZero();
      }
      pipeline.awaitDelivered();
      assertThat(pipeline.refusals()).isEmpty();
    }
    List<Seen> seen = new ArrayList<>();
    for (Path each : rotated(logs)) {
      boolean copy = how.contains("copytruncate") && !each.equals(file);
      seen.addAll(copy ? FileLines.ofCopy(each) : FileLines.of(each));
    }
    assertThat(Seen.firstOccurrences(seen)).isEqualTo(Seen.expected(taken));
    System.out.printf(
        "logrotate, %s: %d events, %d lines%n", how.replace('\n', ' '), taken.size(), seen.size());
  }

  private Process logrotate(Path file, String how) throws IOException {
    Path settings = folder.resolve("logrotate.conf");
    Files.writeString(settings, file + " {\nrotate 1000\n" + how + "\n}\n");
    Path state = folder.resolve("logrotate.state");
    return new ProcessBuilder(
            "/usr/sbin/logrotate", "-f", "-s", state.toString(), settings.toString())
        .redirectErrorStream(true)
        .start();
  }

  /** The oldest first. */
  private static List<Path> rotated(Path logs) throws IOException {
    try (Stream<Path> files = Files.list(logs)) {
      return files.sorted(Comparator.comparingInt(LogrotateTest::number).reversed()).toList();
    }
  }

  private static int number(Path file) {
    Matcher number = NUMBER.matcher(file.toString());
    return number.find() ? Integer.parseInt(number.group(1)) : 0;
  }
}
