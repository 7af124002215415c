package dev.hookbridge.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Sink;
import dev.hookbridge.testing.ForeignClient;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Consumers that speak AMQP 1.0 get every attribute of an event that was published with AMQP 0-9-1.
 * RabbitMQ converts the message, from 4.0 on without a plugin. The plugin of 3.10 drops the
 * headers.
 */
@Tag("brokers")
@ExtendWith(Rabbit.Shared.class)
final class Amqp10IT {
  private static final Path CLIENTS = Repository.file("bridge-amqp/src/test/clients");
  private final Rabbit rabbit;
  @TempDir Path folder;

  Amqp10IT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  @Test
  void protonReadsAllAttributes() throws Exception {
    String python = Needs.python("proton", "python3-qpid-proton");
    readsAllAttributes(python, CLIENTS.resolve("read_proton.py").toString());
  }

  @Test
  void rheaReadsAllAttributes() throws Exception {
    Needs.command("node");
    Needs.command("npm");
    for (String file : List.of("package.json", "package-lock.json", ".npmrc", "read_rhea.js")) {
      Files.copy(CLIENTS.resolve(file), folder.resolve(file));
    }
    ForeignClient.run(
        folder, "npm", "ci", "--ignore-scripts", "--prefer-offline", "--loglevel=error");
    readsAllAttributes("node", folder.resolve("read_rhea.js").toString());
  }

  private void readsAllAttributes(String program, String reader) throws Exception {
    String exchange = rabbit.exchange();
    for (String kind : List.of("classic", "quorum")) {
      String queue = rabbit.queue(exchange, Map.of("x-queue-type", kind));
      Envelope event = Events.of("guest").with("subject", "größe-鯨");
      try (Sink sink = rabbit.sink(exchange)) {
        assertThat(new Outcomes().through(sink, event)).isEqualTo(Outcome.CONFIRMED);
      }
      String server = rabbit.uri().replaceFirst("^amqp://", "");
      JsonNode read =
          new ObjectMapper().readTree(ForeignClient.run(folder, program, reader, server, queue));
      Map<String, String> attributes = new LinkedHashMap<>();
      attributes.put("datacontenttype", read.get("content-type").textValue());
      read.get("properties")
          .properties()
          .forEach(
              header ->
                  attributes.put(
                      header.getKey().replace("cloudEvents:", ""), header.getValue().textValue()));
      assertThat(attributes).as(kind).containsExactlyInAnyOrderEntriesOf(event.attributes());
      assertThat(read.get("body").textValue()).isEqualTo(new String(event.data(), UTF_8));
    }
  }
}
