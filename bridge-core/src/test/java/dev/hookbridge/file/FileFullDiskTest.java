package dev.hookbridge.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.delivery.Pipeline;
import dev.hookbridge.delivery.SinkWorker;
import dev.hookbridge.testing.LoopMount;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of the file is full, of the spool it is not. */
@Tag("slow")
class FileFullDiskTest {
  private final SampleEvents events = new SampleEvents(13);
  @TempDir Path folder;

  @Test
  void aFullDiskLeavesWholeLinesAndIsWaitedFor() throws Exception {
    Needs.loopMounts();
    try (LoopMount disk = LoopMount.make(folder.resolve("disk"), "ext4", 16);
        Pipeline pipeline = new Pipeline(new FileTransport(), folder)) {
      Path file = disk.folder().resolve("events.jsonl");
      Path filler = disk.folder().resolve("filler");
      SinkWorker sinkWorker =
          pipeline.sinkWorker(
              new Settings("sinks.exam", Map.of("path", file.toString(), "rotate-bytes", "1GiB")));
      List<Envelope> taken = pipeline.append(events.mixed(50, 5, 3_000));
      pipeline.awaitDelivered();
      Path crumb = Files.write(disk.folder().resolve("crumb"), new byte[40_960]);
      fill(filler);
      Files.delete(crumb); // room for a part of a line
      taken.addAll(pipeline.append(events.mixed(20, 5, 100_000)));
      Pipeline.awaitSteadyProblem(sinkWorker, Reason.UNREACHABLE);
      List<Seen> seen = FileLines.of(file);
      assertThat(Seen.ids(seen))
          .as("no line is repeated by attempts in vain")
          .doesNotHaveDuplicates();
      Files.delete(filler);
      pipeline.awaitDelivered();
      assertThat(Seen.firstOccurrences(FileLines.of(file))).isEqualTo(Seen.expected(taken));
      assertThat(pipeline.refusals()).isEmpty();
    }
  }

  private static void fill(Path filler) throws IOException {
    byte[] block = new byte[4096];
    try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
      while (true) {
        file.write(block);
      }
    } catch (IOException e) {
      assertThat(Files.size(filler)).isPositive();
    }
  }
}
