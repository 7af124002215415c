package dev.hookbridge.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.record.HookCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads the recorded hook calls of {@code src/test/resources/recordings}. Its README describes the
 * format.
 */
public final class Recordings {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Recordings() {}

  /** One recorded call: {@code args} are argv[1] to argv[4]. */
  public record Recorded(String file, long atMillis, String path, List<String> args, String stdin) {
    public String driver() {
      return path.substring(path.lastIndexOf('/') + 1);
    }

    public String operation() {
      return args.get(1);
    }

    /** Returns the call as the mailbox would read it. */
    public HookCall call(String id, long timeNanos) {
      return new HookCall(
          id,
          timeNanos,
          1_000_000L * atMillis,
          "9f0b6d3e-6f0a-4c6e-9d0c-0a1b2c3d4e5f",
          "0.1.0",
          driver(),
          bytes(args.get(0)),
          bytes(args.get(1)),
          bytes(args.get(2)),
          bytes(args.get(3)),
          0,
          "",
          false,
          bytes(stdin));
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  /** Returns every recorded call, sorted by file name and then by order in the file. */
  public static List<Recorded> all() {
    List<Recorded> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder())) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).sorted().toList()) {
        all.addAll(read(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  private static Path folder() {
    return Repository.file("bridge-core/src/test/resources/recordings");
  }

  private static List<Recorded> read(Path file) throws IOException {
    List<Recorded> calls = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode call = JSON.readTree(line);
      List<String> args = new ArrayList<>();
      call.get("args").forEach(arg -> args.add(arg.asText()));
      calls.add(
          new Recorded(
              file.getFileName().toString(),
              call.get("atMillis").asLong(),
              call.get("path").asText(),
              args,
              call.get("stdin").asText()));
    }
    return calls;
  }
}
