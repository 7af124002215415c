package org.example.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The README's consumer. It prints type, key and data of every event. */
public final class Guests {
  private Guests() {}

  public static void main(String[] arguments) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", "kafka1:9092", "group.id", "inventory");
    StringDeserializer text = new StringDeserializer();
    try (var consumer = new KafkaConsumer<>(settings, text, text)) {
      consumer.subscribe(List.of("libvirt.hooks"));
      while (true) {
        for (ConsumerRecord<String, String> event : consumer.poll(Duration.ofSeconds(1))) {
          String type = new String(event.headers().lastHeader("ce_type").value(), UTF_8);
          System.out.println(type + " " + event.key() + " " + event.value());
        }
      }
    }
  }
}
