package dev.hookbridge.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hookbridge.command.Failures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads recorded hook calls from JSON lines with {@code atMillis}, {@code path}, {@code args} and
 * {@code stdin}.
 */
final class Recording {
  private static final JsonFactory JSON = new JsonFactory();

  private Recording() {}

  /** A recorded call. {@code atMillis} is the time since the first call in milliseconds. */
  record Call(long atMillis, String driver, List<String> arguments, byte[] stdin) {}

  /**
   * Reads all calls of a file.
   *
   * @throws Failures.Failure when a line is not a recorded call
   */
  static List<Call> read(Path file) throws IOException, Failures.Failure {
    List<Call> calls = new ArrayList<>();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      if (!line.isBlank()) {
        try {
          calls.add(call(line));
        } catch (IOException e) {
          throw new Failures.Failure(
              file + " line " + number + " is not a recorded call: expected path, args and stdin");
        }
      }
    }
    return calls;
  }

  private static Call call(String line) throws IOException {
    long atMillis = 0;
    String driver = "unknown";
    String stdin = "";
    List<String> arguments = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not an object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (name) {
          case "atMillis" -> atMillis = parser.getLongValue();
          case "path" -> driver = driver(parser.getText());
          case "stdin" -> stdin = parser.getText();
          case "args" -> {
            while (value == JsonToken.START_ARRAY && parser.nextToken() != JsonToken.END_ARRAY) {
              arguments.add(parser.getText());
            }
          }
          default -> parser.skipChildren();
        }
      }
    }
    return new Call(atMillis, driver, arguments, stdin.getBytes(StandardCharsets.UTF_8));
  }

  private static String driver(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
