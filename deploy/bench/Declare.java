import com.rabbitmq.client.ConnectionFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * Waits for a broker and makes what an agent publishes to: {@code Declare kafka|amqp ADDRESS NAME...}
 * makes topics of six partitions, or exchanges with a durable queue each.
 */
final class Declare {
  static final int PARTITIONS = 6;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

  private interface Attempt {
    void now(String name) throws Exception;
  }

  private Declare() {}

  public static void main(String[] args) throws Exception {
    for (String name : List.of(args).subList(2, args.length)) {
      retry(name, args[0].equals("kafka") ? n -> kafka(args[1], n) : n -> amqp(args[1], n));
    }
  }

  private static void retry(String name, Attempt attempt) throws Exception {
    long until = System.nanoTime() + PATIENCE_NS;
    while (true) {
      try {
        attempt.now(name);
        return;
      } catch (Exception e) {
        if (System.nanoTime() > until) {
          throw e;
        }
        Thread.sleep(200);
      }
    }
  }

  private static void kafka(String address, String name) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      NewTopic topic = new NewTopic(name, Optional.of(PARTITIONS), Optional.empty());
      admin.createTopics(List.of(topic)).all().get(10, TimeUnit.SECONDS);
    }
  }

  private static void amqp(String address, String name) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri("amqp://" + address + "/%2F");
    try (var connection = factory.newConnection();
        var channel = connection.createChannel()) {
      channel.exchangeDeclare(name, "topic", true);
      channel.queueDeclare(name, true, false, false, null);
      channel.queueBind(name, name, "#");
    }
  }
}
