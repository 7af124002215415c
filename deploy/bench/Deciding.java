import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.ConnectionFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A decider that allows everything at once, until it is ended: {@code Deciding kafka|amqp ADDRESS}. */
final class Deciding {
  private static final String NAME = "libvirt.decisions";
  private static final byte[] ALLOW =
      "{\"decision\":\"allow\",\"decider\":\"bench\"}".getBytes(StandardCharsets.UTF_8);

  private Deciding() {}

  public static void main(String[] args) throws Exception {
    if (args[0].equals("kafka")) {
      kafka(args[1]);
    } else {
      amqp(args[1]);
    }
  }

  private static void kafka(String address) {
    // The client's own default waits 5 ms for more to send: this one answers at once.
    Map<String, Object> servers = Map.of("bootstrap.servers", address, "linger.ms", 0);
    try (var requests =
            new KafkaConsumer<>(servers, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        var replies =
            new KafkaProducer<>(servers, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<TopicPartition> all =
          requests.partitionsFor(NAME).stream()
              .map(part -> new TopicPartition(NAME, part.partition()))
              .toList();
      requests.assign(all);
      requests.seekToEnd(all);
      all.forEach(requests::position);
      System.err.println("ready");
      while (true) {
        for (ConsumerRecord<byte[], byte[]> request : requests.poll(Duration.ofSeconds(1))) {
          String topic =
              new String(header(request, "kafka_replyTopic"), StandardCharsets.UTF_8);
          int partition = ByteBuffer.wrap(header(request, "kafka_replyPartition")).getInt();
          var reply = new ProducerRecord<byte[], byte[]>(topic, partition, null, ALLOW);
          reply.headers().add("kafka_correlationId", header(request, "kafka_correlationId"));
          replies.send(reply);
        }
      }
    }
  }

  private static byte[] header(ConsumerRecord<byte[], byte[]> request, String name) {
    return request.headers().lastHeader(name).value();
  }

  private static void amqp(String address) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri("amqp://" + address + "/%2F");
    var channel = factory.newConnection().createChannel();
    String queue = channel.queueDeclare().getQueue();
    channel.queueBind(queue, NAME, "#");
    channel.basicConsume(
        queue,
        true,
        (tag, request) -> {
          var properties = request.getProperties();
          channel.basicPublish(
              "",
              properties.getReplyTo(),
              new BasicProperties.Builder().correlationId(properties.getCorrelationId()).build(),
              ALLOW);
        },
        tag -> {});
    System.err.println("ready");
  }
}
