package dev.hookbridge.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Sink;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Clients in other languages read what the sink has published. */
@ExtendWith(Rabbit.Shared.class)
final class AmqpInteropIT {
  private static final String READER =
      """
      import json, sys, pika
      channel = pika.BlockingConnection(pika.URLParameters(sys.argv[1])).channel()
      frame, properties, body = channel.basic_get(sys.argv[2], auto_ack=True)
      print(json.dumps({"key": frame.routing_key, "type": properties.content_type,
                        "id": properties.message_id, "mode": properties.delivery_mode,
                        "subject": properties.headers["cloudEvents:subject"],
                        "headers": len(properties.headers), "body": body.decode()}))
      """;

  private static final String STRUCTURED_READER =
      """
      import json, sys, pika
      channel = pika.BlockingConnection(pika.URLParameters(sys.argv[1])).channel()
      frame, properties, body = channel.basic_get(sys.argv[2], auto_ack=True)
      event = json.loads(body)
      print(properties.content_type, properties.message_id == event["id"], properties.headers,
            event["subject"].encode("unicode_escape").decode(), event["data"]["n"], len(event))
      """;

  private final Rabbit rabbit;
  private final Outcomes outcomes = new Outcomes();
  @TempDir Path folder;

  AmqpInteropIT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  private Envelope published(String exchange) throws Exception {
    return published(exchange, "binary");
  }

  private Envelope published(String exchange, String mode) throws Exception {
    Envelope event = Events.of("guest").with("subject", "größe-鯨");
    try (Sink sink = rabbit.sink(exchange, Map.of("content-mode", mode))) {
      assertThat(outcomes.through(sink, event)).isEqualTo(Outcome.CONFIRMED);
    }
    return event;
  }

  @Test
  void pythonReadsAttributesAndData() throws Exception {
    String python = Needs.python("pika", "python3-pika");
    String exchange = rabbit.exchange();
    String queue = rabbit.queue(exchange);
    Envelope event = published(exchange);
    assertThat(run(python, "-c", READER, rabbit.broker.address(), queue))
        .contains(
            "\"key\": \"qemu.start.begin.web-1\"",
            "\"type\": \"application/json\"",
            "\"id\": \"" + event.id() + "\"",
            "\"mode\": 2",
            "\"subject\": \"gr\\u00f6\\u00dfe-\\u9be8\"",
            "\"headers\": " + (event.attributes().size() - 1),
            "\"body\": \"{\\\"n\\\":1}\"");
  }

  @Test
  void pythonReadsAStructuredEventFromTheBodyAlone() throws Exception {
    String python = Needs.python("pika", "python3-pika");
    String exchange = rabbit.exchange();
    String queue = rabbit.queue(exchange);
    Envelope event = published(exchange, "structured");
    assertThat(run(python, "-c", STRUCTURED_READER, rabbit.broker.address(), queue).strip())
        .isEqualTo(
            "application/cloudevents+json; charset=UTF-8 True {} gr\\xf6\\xdfe-\\u9be8 1 "
                + (event.attributes().size() + 1));
  }

  @Test
  void theToolsInCReadTheData() throws Exception {
    Needs.command("amqp-get");
    String exchange = rabbit.exchange();
    String queue = rabbit.queue(exchange);
    Envelope event = published(exchange);
    assertThat(run("amqp-get", "--url=" + rabbit.broker.address(), "--queue=" + queue))
        .isEqualTo(new String(event.data(), UTF_8));
  }

  private String run(String... command) throws IOException, InterruptedException {
    Path reported = folder.resolve("told");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(reported.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command[0]).isTrue();
    return Files.readString(reported);
  }
}
