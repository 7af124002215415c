package org.example.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.Objects;
import org.springframework.amqp.rabbit.annotation.EnableRabbit;
import org.springframework.amqp.rabbit.annotation.Exchange;
import org.springframework.amqp.rabbit.annotation.Queue;
import org.springframework.amqp.rabbit.annotation.QueueBinding;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.amqp.rabbit.config.SimpleRabbitListenerContainerFactory;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.amqp.support.converter.Jackson2JsonMessageConverter;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A decider with Spring AMQP. What Spring Boot would make of properties is written out below.
 *
 * <p>Arguments: the broker's URI, the exchange.
 */
@Configuration
@EnableRabbit
public class RabbitPolicy {

  // docs: listener
  /** At most 4 GiB for a guest. What is returned goes to the request's reply-to by itself. */
  @RabbitListener(
      bindings =
          @QueueBinding(
              value = @Queue(name = "memory-policy", durable = "true", autoDelete = "true"),
              exchange = @Exchange(name = "${decisions-exchange}", type = "topic"),
              key = "memory.#"))
  Decision decide(JsonNode data) {
    JsonNode domain = data.path("domain");
    return domain.path("memoryKiB").asLong() <= 4L << 20
        ? new Decision("allow", null, "memory-policy")
        : new Decision("veto", domain.path("name").asText() + " wants too much", "memory-policy");
  }

  // docs: end

  @Bean
  ConnectionFactory connections() {
    return new CachingConnectionFactory(
        URI.create(Objects.requireNonNull(System.getProperty("rabbit-uri"))));
  }

  @Bean
  RabbitAdmin admin(ConnectionFactory connections) {
    return new RabbitAdmin(connections);
  }

  @Bean
  SimpleRabbitListenerContainerFactory rabbitListenerContainerFactory(
      ConnectionFactory connections) {
    var factory = new SimpleRabbitListenerContainerFactory();
    factory.setConnectionFactory(connections);
    factory.setMessageConverter(new Jackson2JsonMessageConverter());
    return factory;
  }

  /** Runs until it is ended. */
  public static void main(String[] arguments) {
    System.setProperty("rabbit-uri", arguments[0]);
    System.setProperty("decisions-exchange", arguments[1]);
    new AnnotationConfigApplicationContext(RabbitPolicy.class).registerShutdownHook();
  }
}
