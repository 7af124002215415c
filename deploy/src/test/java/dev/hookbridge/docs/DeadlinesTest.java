package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * No test says by itself how long something may take, since it may run on a slow machine that does
 * other things too: it asks {@link dev.hookbridge.testing.Deadline}, which allows for that.
 */
class DeadlinesTest {
  private static final Pattern TIMED =
      Pattern.compile(
          "(?:nanoTime\\(\\)|currentTimeMillis\\(\\)|CpuTime\\(\\)) - \\w+[^;]*"
              + "\\.is(?:LessThan|Between|CloseTo)");
  private static final Pattern SHORT =
      Pattern.compile(
          "(?:atMost|setDefaultTimeout)\\(Duration\\.of(?:Millis\\(|Seconds\\([12]?\\d\\))");

  @Test
  void noTestSaysByItselfHowLongSomethingMayTake() throws IOException {
    assertThat(found(TIMED)).isEmpty();
  }

  @Test
  void noTestWaitsForLessThanHalfAMinute() throws IOException {
    assertThat(found(SHORT)).isEmpty();
  }

  private static List<String> found(Pattern pattern) throws IOException {
    List<String> found = new ArrayList<>();
    for (String module :
        List.of("bridge-core/api", "bridge-core", "bridge-kafka", "bridge-amqp", "deploy")) {
      try (Stream<Path> files = Files.walk(Repository.file(module + "/src/test/java"))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          pattern
              .matcher(Files.readString(file))
              .results()
              .forEach(match -> found.add(file.getFileName() + ": " + match.group()));
        }
      }
    }
    return found;
  }
}
