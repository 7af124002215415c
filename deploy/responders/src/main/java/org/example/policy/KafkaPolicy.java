package org.example.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.serializer.JsonSerializer;
import org.springframework.messaging.handler.annotation.SendTo;

/**
 * A decider with Spring Kafka. What Spring Boot would make of properties is written out below.
 *
 * <p>Arguments: the brokers, the topic of requests.
 */
@Configuration
@EnableKafka
public class KafkaPolicy {
  private static final ObjectMapper JSON = new ObjectMapper();

  // docs: listener
  /** At most 4 GiB for a guest. An empty @SendTo answers where the request wants its answer. */
  @KafkaListener(topics = "${decisions-topic}", groupId = "memory-policy")
  @SendTo
  Decision decide(String data) throws IOException {
    JsonNode domain = JSON.readTree(data).path("domain");
    return domain.path("memoryKiB").asLong() <= 4L << 20
        ? new Decision("allow", null, "memory-policy")
        : new Decision("veto", domain.path("name").asText() + " wants too much", "memory-policy");
  }

  // docs: end

  @Bean
  ConcurrentKafkaListenerContainerFactory<String, String> kafkaListenerContainerFactory() {
    String servers = Objects.requireNonNull(System.getProperty("bootstrap-servers"));
    Map<String, Object> common =
        Map.of("bootstrap.servers", servers, "auto.offset.reset", "latest");
    var factory = new ConcurrentKafkaListenerContainerFactory<String, String>();
    factory.setConsumerFactory(
        new DefaultKafkaConsumerFactory<>(
            common, new StringDeserializer(), new StringDeserializer()));
    factory.setReplyTemplate(
        new KafkaTemplate<>(
            new DefaultKafkaProducerFactory<String, Object>(
                Map.of("bootstrap.servers", servers),
                new StringSerializer(),
                new JsonSerializer<>())));
    return factory;
  }

  /** Runs until it is ended. */
  public static void main(String[] arguments) {
    System.setProperty("bootstrap-servers", arguments[0]);
    System.setProperty("decisions-topic", arguments[1]);
    new AnnotationConfigApplicationContext(KafkaPolicy.class).registerShutdownHook();
  }
}
