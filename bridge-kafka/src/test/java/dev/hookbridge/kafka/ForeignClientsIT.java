package dev.hookbridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.ForeignClient;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import dev.hookbridge.testing.Run;
import dev.hookbridge.testing.SampleEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Consumers in other languages read what the sink has published, in both content modes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeignClientsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path CLIENTS = Repository.file("bridge-kafka/src/test/clients");
  private final SampleEvents events = new SampleEvents(System.nanoTime());
  private Broker broker;
  @TempDir Path folder;

  @BeforeAll
  void start() {
    broker = Brokers.kafka();
  }

  @AfterAll
  void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  private List<Envelope> published(String topic, String mode) throws Exception {
    List<Envelope> sent = List.of(events.next("größe-鯨-🐋 \"1\"", 300), events.next("plain", 50));
    Map<String, String> client = Map.of("bootstrap.servers", broker.address());
    Settings settings =
        new Settings(
            "sinks.feed", Map.of("topic", topic, "content-mode", mode, "properties", client));
    SinkContext context = new SinkContext("feed", "kvm-07", new SimpleMeterRegistry());
    try (Sink sink = new KafkaTransport().open(settings, context)) {
      new Run(sink).send(sent).awaitConfirmed(sent);
    }
    return sent;
  }

  private static JsonNode expected(Envelope event) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    for (String name : List.of("id", "subject", "partitionkey", "sequence", "datacontenttype")) {
      json.put(name, event.attributes().get(name));
    }
    return json.set("data", JSON.readTree(event.data()));
  }

  private void readBy(String mode, String... command) throws Exception {
    String topic = TestTopics.create(broker.address(), 1, Map.of());
    List<Envelope> sent = published(topic, mode);
    String[] whole = List.of(command).toArray(new String[command.length + 3]);
    whole[command.length] = broker.address();
    whole[command.length + 1] = topic;
    whole[command.length + 2] = String.valueOf(sent.size());
    List<String> lines = ForeignClient.run(folder, whole).lines().toList();
    assertThat(lines).hasSize(sent.size());
    for (int i = 0; i < sent.size(); i++) {
      assertThat(JSON.readTree(lines.get(i))).isEqualTo(expected(sent.get(i)));
    }
  }

  /** With the CloudEvents library, which is given headers as strings. */
  @Test
  void kafkajsReadsBothModes() throws Exception {
    Needs.command("node");
    Needs.command("npm");
    for (String file : List.of("package.json", "package-lock.json", ".npmrc", "read.js")) {
      Files.copy(CLIENTS.resolve(file), folder.resolve(file));
    }
    ForeignClient.run(
        folder, "npm", "ci", "--ignore-scripts", "--prefer-offline", "--loglevel=error");
    readBy("binary", "node", folder.resolve("read.js").toString());
    readBy("structured", "node", folder.resolve("read.js").toString());
  }

  @Test
  void confluentKafkaReadsBothModes() throws Exception {
    String reader = CLIENTS.resolve("read_confluent.py").toString();
    String python = Needs.python("confluent_kafka", "python3-confluent-kafka");
    readBy("binary", python, reader);
    readBy("structured", python, reader);
  }

  /** What a reader that knows nothing of headers gets: kcat prints the value alone. */
  @Test
  void aReaderOfValuesHasTheWholeEvent() throws Exception {
    Needs.command("kcat");
    String topic = TestTopics.create(broker.address(), 1, Map.of());
    Envelope event = published(topic, "structured").get(0);
    String value =
        ForeignClient.run(
            folder, "kcat", "-b", broker.address(), "-t", topic, "-C", "-e", "-q", "-c1");
    JsonNode read = JSON.readTree(value);
    event
        .attributes()
        .forEach((name, text) -> assertThat(read.get(name).textValue()).isEqualTo(text));
    assertThat(read.get("data")).isEqualTo(JSON.readTree(event.data()));
  }
}
