import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Watches a topic or a queue fill, by asking the broker how many it holds, so that whoever fills it
 * is measured alike: {@code Filling kafka|amqp ADDRESS NAME EVENTS} prints events a second from the
 * first seen to the last.
 */
final class Filling {
  private static final long LOOK_MS = 10;
  private static final long PATIENCE_NS = 300_000_000_000L;

  private interface Count {
    long now() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    long events = Long.parseLong(args[3]);
    if (args[0].equals("kafka")) {
      try (KafkaConsumer<byte[], byte[]> consumer = consumer(args[1])) {
        List<TopicPartition> partitions =
            IntStream.range(0, Declare.PARTITIONS)
                .mapToObj(i -> new TopicPartition(args[2], i))
                .toList();
        watch(() -> held(consumer.endOffsets(partitions)), events);
      }
    } else {
      ConnectionFactory factory = new ConnectionFactory();
      factory.setUri("amqp://" + args[1] + "/%2F");
      try (Connection connection = factory.newConnection();
          Channel channel = connection.createChannel()) {
        watch(() -> channel.messageCount(args[2]), events);
      }
    }
  }

  private static KafkaConsumer<byte[], byte[]> consumer(String address) {
    String decoder = ByteArrayDeserializer.class.getName();
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers", address, "key.deserializer", decoder, "value.deserializer", decoder));
  }

  private static long held(Map<TopicPartition, Long> ends) {
    return ends.values().stream().collect(Collectors.summingLong(end -> end));
  }

  private static void watch(Count count, long events) throws Exception {
    long before = count.now();
    System.err.println("watching");
    long begun = System.nanoTime();
    long first = 0;
    while (true) {
      long filled = count.now() - before;
      long now = System.nanoTime();
      if (filled > 0 && first == 0) {
        first = now;
      }
      if (filled >= events) {
        System.out.printf("%.0f%n", filled * 1e9 / (now - first));
        return;
      }
      if (now - begun > PATIENCE_NS) {
        throw new IllegalStateException("only " + filled + " of " + events + " arrived");
      }
      Thread.sleep(LOOK_MS);
    }
  }
}
