package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of versions names what {@code ./verify brokers} runs with, and nothing else. */
class VersionsTest {
  private static final List<List<String>> TABLE =
      Page.of("docs/delivery.md").table("| version | tests of sinks and decisions");

  private static List<String> rows(String program) {
    return TABLE.stream().map(row -> row.get(0)).filter(name -> name.startsWith(program)).toList();
  }

  private static List<String> configured(String pom, String property) throws IOException {
    return Pattern.compile("<" + property + ">([^<]*)</")
        .matcher(Files.readString(Repository.file(pom)))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  @Test
  void everyVersionHasARow() throws IOException {
    List<String> kafka = configured("bridge-kafka/pom.xml", "hookbridge.kafka");
    String newest = configured("pom.xml", "kafka.version").get(0);
    assertThat(rows("Kafka"))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(kafka.stream(), Stream.of(newest))
                .map(version -> "Kafka " + version)
                .toList());
    List<String> suites = configured("bridge-amqp/pom.xml", "hookbridge.rabbitmq");
    assertThat(rows("RabbitMQ")).hasSize(suites.size() + 1);
    assertThat(suites)
        .allSatisfy(
            suite -> assertThat(rows("RabbitMQ")).anyMatch(row -> row.contains("Debian " + suite)));
  }
}
