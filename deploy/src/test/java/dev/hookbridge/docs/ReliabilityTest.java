package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A promise must name a test that is there. */
class ReliabilityTest {
  private static final Pattern TEST =
      Pattern.compile("`(?:(\\w+)/)?(\\w+(?:Test|IT|Contract))(?:\\.(\\w+))?`");

  @Test
  void everyTestThatIsNamedIsThere() throws IOException {
    Map<String, String> sources = sources();
    List<String> missing = new ArrayList<>();
    int named = 0;
    for (Path page : pages()) {
      Matcher matcher = TEST.matcher(Files.readString(page));
      while (matcher.find()) {
        named++;
        String source = sources.getOrDefault(matcher.group(2), "");
        String method = matcher.group(3);
        String folder = matcher.group(1) == null ? "" : "." + matcher.group(1) + ";";
        if (source.isEmpty()
            || !source.contains(folder)
            || (method != null && !source.contains("void " + method + "("))) {
          missing.add(page.getFileName() + ": " + matcher.group());
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).isGreaterThan(40);
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(Repository.file("docs"))) {
      return files.filter(file -> file.toString().contains("/reliability")).toList();
    }
  }

  /** By class the text of its source, that of the contract it takes included. */
  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (String module :
        List.of("bridge-core/api", "bridge-core", "bridge-kafka", "bridge-amqp", "deploy")) {
      try (Stream<Path> files = Files.walk(Repository.file(module + "/src/test/java"))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          String name = String.valueOf(file.getFileName()).replace(".java", "");
          sources.merge(name, Files.readString(file), String::concat);
        }
      }
    }
    String contracts = "";
    for (String contract : List.of("SinkContract", "DeliveryContract", "BrokerContract")) {
      contracts += sources.getOrDefault(contract, "");
    }
    for (String exam :
        List.of("FileSinkContractTest", "KafkaSinkContractIT", "AmqpSinkContractIT")) {
      sources.merge(exam, contracts, String::concat);
    }
    return sources;
  }
}
