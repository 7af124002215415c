import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ConnectionFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Touches the classes that the brokers' clients use once a broker answers; see classes.sh. */
final class Training {
  private static final List<String> KAFKA =
      List.of(
          "common.protocol.ApiKeys",
          "common.protocol.Errors",
          "common.record.internal.MemoryRecordsBuilder",
          "common.record.internal.DefaultRecordBatch",
          "common.requests.ApiVersionsResponse",
          "common.requests.MetadataResponse",
          "common.requests.InitProducerIdResponse",
          "common.requests.ProduceRequest",
          "common.requests.ProduceResponse",
          "common.requests.DescribeConfigsResponse",
          "clients.producer.internals.RecordAccumulator",
          "clients.producer.internals.ProducerBatch");
  private static final List<String> AMQP_CLASSES =
      List.of("AMQConnection", "ChannelN", "AMQImpl", "AMQContentHeader", "ValueWriter", "Frame");

  private Training() {}

  public static void main(String[] args) throws ReflectiveOperationException {
    for (String name : KAFKA) {
      Class.forName("org.apache.kafka." + name);
    }
    for (String name : AMQP_CLASSES) {
      Class.forName("com.rabbitmq.client.impl." + name);
    }
    new ConnectionFactory();
    new AMQP.BasicProperties.Builder().messageId("id").headers(Map.of("a", "b")).build();
    String bytes = ByteArraySerializer.class.getName();
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", "127.0.0.1:9",
            "max.block.ms", 100,
            "key.serializer", bytes,
            "value.serializer", bytes);
    byte[] text = "x".getBytes(StandardCharsets.UTF_8);
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      producer.send(new ProducerRecord<>("t", text, text));
    }
  }
}
