package dev.hookbridge.harness.decider;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.hookbridge.harness.host.Consumer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Decides by the guest's name, with a plain client and nothing of hookbridge: the words of the name
 * between dashes are done one after the other.
 *
 * <pre>
 * allow, veto     replies, as decider "first"; allow2, veto2 as decider "second"
 * rubbish, blank  replies with no JSON, with JSON that decides nothing
 * foreign         replies with a veto for a question nobody asked
 * late            goes on after six seconds, when the rule has timed out
 * any other       nothing
 * </pre>
 */
public final class Decider implements AutoCloseable {
  public static final String REASON = "too big for this rack";

  /** Sends a reply, for the question's own correlation or for another one. */
  interface Reply {
    void send(boolean foreign, String body) throws IOException;
  }

  private interface Client {
    void close() throws IOException;
  }

  private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private Client client = () -> {};

  private Decider() {}

  /** The guests that were asked about so far, in order. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  private void decide(byte[] data, Reply reply) {
    try {
      JsonNode event = Consumer.JSON.readTree(data);
      String guest = event.at("/hook/object").asText();
      asked.add(guest);
      follow(List.of(guest.split("-", -1)), reply);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void follow(List<String> words, Reply reply) throws IOException {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("late")) {
        List<String> rest = words.subList(i + 1, words.size());
        var unused = later.schedule(() -> unchecked(rest, reply), 6, TimeUnit.SECONDS);
        return;
      }
      switch (word) {
        case "allow" -> reply.send(false, body("allow", "first"));
        case "allow2" -> reply.send(false, body("allow", "second"));
        case "veto" -> reply.send(false, body("veto", "first"));
        case "veto2" -> reply.send(false, body("veto", "second"));
        case "rubbish" -> reply.send(false, "<html>502</html>");
        case "blank" -> reply.send(false, "{\"reason\": \"none\"}");
        case "foreign" -> reply.send(true, body("veto", "first"));
        default -> {}
      }
    }
  }

  private void unchecked(List<String> words, Reply reply) {
    try {
      follow(words, reply);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String body(String decision, String decider) {
    return "{\"decision\":\"%s\",\"reason\":\"%s\",\"decider\":\"%s\"}"
        .formatted(decision, REASON, decider);
  }

  /** Reads every partition from its end, without a group. */
  public static Decider onKafka(String address) {
    Decider decider = new Decider();
    Map<String, Object> servers = Map.of("bootstrap.servers", address);
    KafkaConsumer<byte[], byte[]> requests =
        new KafkaConsumer<>(servers, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    requests
        .partitionsFor("libvirt.decisions")
        .forEach(part -> partitions.add(new TopicPartition(part.topic(), part.partition())));
    requests.assign(partitions);
    requests.seekToEnd(partitions);
    partitions.forEach(requests::position); // it is a lazy call
    KafkaProducer<byte[], byte[]> replies =
        new KafkaProducer<>(servers, new ByteArraySerializer(), new ByteArraySerializer());
    Thread thread = new Thread(() -> decider.serve(requests, replies), "decider");
    thread.setDaemon(true);
    thread.start();
    decider.client =
        () -> {
          requests.wakeup();
          replies.close(Duration.ZERO);
        };
    return decider;
  }

  private void serve(
      KafkaConsumer<byte[], byte[]> requests, KafkaProducer<byte[], byte[]> replies) {
    try (requests) {
      while (!Thread.interrupted()) {
        for (ConsumerRecord<byte[], byte[]> request : requests.poll(Duration.ofSeconds(1))) {
          decide(request.value(), (foreign, body) -> replies.send(reply(request, foreign, body)));
        }
      }
    } catch (org.apache.kafka.common.errors.WakeupException e) {
      return;
    }
  }

  private static ProducerRecord<byte[], byte[]> reply(
      ConsumerRecord<byte[], byte[]> request, boolean foreign, String body) {
    String topic = new String(header(request, "kafka_replyTopic"), StandardCharsets.UTF_8);
    int partition = java.nio.ByteBuffer.wrap(header(request, "kafka_replyPartition")).getInt();
    ProducerRecord<byte[], byte[]> reply =
        new ProducerRecord<>(topic, partition, null, body.getBytes(StandardCharsets.UTF_8));
    byte[] correlation = header(request, "kafka_correlationId").clone();
    if (foreign) {
      correlation[0]++;
    }
    reply.headers().add("kafka_correlationId", correlation);
    return reply;
  }

  private static byte[] header(ConsumerRecord<byte[], byte[]> request, String name) {
    return request.headers().lastHeader(name).value();
  }

  /** A queue of its own that gets every question. */
  public static Decider onRabbitmq(String address) throws Exception {
    Decider decider = new Decider();
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(address + "/%2F");
    factory.setAutomaticRecoveryEnabled(false);
    Connection connection = factory.newConnection();
    Channel channel = connection.createChannel();
    String queue = channel.queueDeclare().getQueue();
    channel.queueBind(queue, "libvirt.decisions", "#");
    channel.basicConsume(
        queue,
        true,
        (tag, request) ->
            decider.decide(
                request.getBody(),
                (foreign, body) -> {
                  String id = request.getProperties().getCorrelationId();
                  BasicProperties properties =
                      new BasicProperties.Builder()
                          .correlationId(foreign ? "0".repeat(id.length()) : id)
                          .build();
                  synchronized (channel) {
                    channel.basicPublish(
                        "",
                        request.getProperties().getReplyTo(),
                        properties,
                        body.getBytes(StandardCharsets.UTF_8));
                  }
                }),
        tag -> {});
    decider.client = connection::abort; // whatever has become of the broker
    return decider;
  }

  @Override
  public void close() throws IOException {
    later.shutdownNow();
    client.close();
  }
}
