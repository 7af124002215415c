import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.FileDescriptor;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A consumer that prints when each event reached it, until it is ended: {@code Arrivals kafka|amqp
 * ADDRESS NAME} prints lines of "ns-since-1970 type subject".
 */
final class Arrivals {
  private static final PrintStream OUT =
      new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)), false);

  private Arrivals() {}

  public static void main(String[] args) throws Exception {
    if (args[0].equals("kafka")) {
      kafka(args[1], args[2]);
    } else {
      amqp(args[1], args[2]);
    }
  }

  private static void kafka(String address, String topic) {
    String decoder = ByteArrayDeserializer.class.getName();
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", address, "key.deserializer", decoder, "value.deserializer", decoder);
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> all =
          IntStream.range(0, Declare.PARTITIONS)
              .mapToObj(i -> new TopicPartition(topic, i))
              .toList();
      consumer.assign(all);
      consumer.seekToEnd(all);
      all.forEach(consumer::position);
      System.err.println("ready");
      while (true) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          long now = now();
          print(now, header(record, "ce_type"), header(record, "ce_subject"));
        }
      }
    }
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    var header = record.headers().lastHeader(name);
    return header == null ? "-" : new String(header.value(), StandardCharsets.UTF_8);
  }

  private static void amqp(String address, String queue) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri("amqp://" + address + "/%2F");
    Connection connection = factory.newConnection();
    Channel channel = connection.createChannel();
    channel.queuePurge(queue);
    channel.basicConsume(
        queue,
        true,
        (tag, message) -> {
          long now = now();
          Map<String, Object> headers = message.getProperties().getHeaders();
          print(now, headers.get("cloudEvents:type"), headers.get("cloudEvents:subject"));
        },
        tag -> {});
    System.err.println("ready");
    Thread.currentThread().join();
  }

  private static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000 + now.getNano();
  }

  private static void print(long when, Object type, Object subject) {
    OUT.println(when + " " + type + " " + subject);
    OUT.flush();
  }
}
