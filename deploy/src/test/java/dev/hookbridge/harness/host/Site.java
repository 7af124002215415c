package dev.hookbridge.harness.host;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A broker with a destination for the feed, and an independent consumer of it. */
public interface Site extends AutoCloseable {
  Broker broker();

  /** The YAML of a sink that publishes here, indented to stand below {@code sinks:}. */
  String sink();

  Consumer consumer();

  @Override
  default void close() {
    broker().close();
  }

  static Site kafka() {
    return new OfKafka(Brokers.kafka());
  }

  static Site rabbitmq() {
    return new OfRabbitmq(Brokers.rabbitmq(), new ArrayList<>());
  }

  /** Read by kcat. */
  record OfKafka(Broker broker) implements Site {
    @Override
    public String sink() {
      return "  feed:\n    type: kafka\n    topic: libvirt.hooks\n    properties:\n"
          + "      bootstrap.servers: \""
          + broker.address()
          + "\"\n";
    }

    @Override
    public Consumer consumer() {
      Needs.command("kcat");
      return new Kcat(broker.address(), "libvirt.hooks");
    }
  }

  /** Read by a plain AMQP client from a queue bound before the first event. */
  record OfRabbitmq(Broker broker, List<Consumer.Message> got) implements Site {
    private static final String QUEUE = "libvirt.hooks";

    @Override
    public String sink() {
      return "  feed:\n    type: amqp\n    uri: "
          + broker.address()
          + "/%2F\n"
          + "    exchange: libvirt.hooks\n";
    }

    /** What was read stays known: a queue gives a message once. */
    @Override
    public Consumer consumer() {
      return new Consumer() {
        @Override
        public List<Message> all() throws IOException {
          got.addAll(drain());
          return List.copyOf(got);
        }

        @Override
        public void close() {}
      };
    }

    /** Takes what waits now, and acknowledges it: what comes meanwhile stays in the queue. */
    private List<Consumer.Message> drain() throws IOException {
      ConnectionFactory factory = new ConnectionFactory();
      List<Consumer.Message> messages = new ArrayList<>();
      BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
      try {
        factory.setUri(broker.address() + "/%2F");
        try (Connection connection = factory.newConnection();
            Channel channel = connection.createChannel()) {
          long waiting = channel.messageCount(QUEUE);
          channel.basicQos(1000);
          channel.basicConsume(QUEUE, false, (tag, got) -> deliveries.add(got), tag -> {});
          while (messages.size() < waiting) {
            Delivery got = deliveries.poll(30, TimeUnit.SECONDS);
            if (got == null) {
              throw new IOException(messages.size() + " of " + waiting + " came, then none");
            }
            messages.add(message(got));
            if (messages.size() % 100 == 0 || messages.size() == waiting) {
              channel.basicAck(got.getEnvelope().getDeliveryTag(), true);
            }
          }
        }
      } catch (IOException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
      return messages;
    }

    private static Consumer.Message message(Delivery got) {
      Map<String, String> attributes = new LinkedHashMap<>();
      Map<String, Object> headers = Objects.requireNonNull(got.getProperties().getHeaders());
      headers.forEach(
          (name, value) -> {
            if (name.startsWith("cloudEvents:")) {
              attributes.put(name.substring("cloudEvents:".length()), value.toString());
            }
          });
      attributes.put("datacontenttype", got.getProperties().getContentType());
      return new Consumer.Message(attributes, got.getBody());
    }
  }

  /** Runs kcat over the whole topic, each message with its headers as JSON. */
  record Kcat(String brokers, String topic) implements Consumer {
    private static final char END = '\u001e';
    private static final char FIELD = '\u001f';

    @Override
    public List<Message> all() throws IOException {
      Host.Ran ran =
          Host.run(
              Duration.ofSeconds(120),
              "kcat",
              "-C",
              "-q",
              "-e",
              "-b",
              brokers,
              "-t",
              topic,
              "-o",
              "beginning",
              "-f",
              "%h" + FIELD + "%s" + END);
      if (ran.exit() != 0) {
        throw new IOException("kcat: " + ran.output());
      }
      List<Message> messages = new ArrayList<>();
      for (String record : ran.output().split(String.valueOf(END), -1)) {
        int at = record.indexOf(FIELD);
        if (at >= 0) {
          messages.add(message(record.substring(0, at), record.substring(at + 1)));
        }
      }
      return messages;
    }

    /** Headers come as {@code name=value,name=value}; commas inside a value belong to it. */
    private static Message message(String headers, String payload) {
      Map<String, String> attributes = new LinkedHashMap<>();
      for (String header : headers.split(",(?=ce_|content-type)", -1)) {
        int equals = header.indexOf('=');
        String name = header.substring(0, equals);
        attributes.put(
            name.equals("content-type") ? "datacontenttype" : name.replaceFirst("^ce_", ""),
            header.substring(equals + 1));
      }
      return new Message(attributes, payload.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {}
  }
}
