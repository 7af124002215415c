package dev.hookbridge.testing;

import dev.hookbridge.log.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.testcontainers.DockerClientFactory;

/**
 * Creates real brokers for all tests. It uses the first of these that is available: the address in
 * the environment ({@code HOOKBRIDGE_TEST_KAFKA}, {@code HOOKBRIDGE_TEST_AMQP}), Docker if its
 * daemon answers, a child process that {@code deploy/broker} starts. The returned broker is ready.
 * The caller closes it.
 */
public final class Brokers {
  /**
   * Ports below Linux's ephemeral range. A port in that range could be taken between check and use.
   */
  private static final int LOWEST_PORT = 20_000;

  private static final int HIGHEST_PORT = 32_000;

  static {
    // A failed search for Docker should not log an error.
    Log.silence("org.testcontainers");
  }

  private Brokers() {}

  /** Returns a Kafka broker with the usual settings. */
  public static Broker kafka() {
    return kafka(Map.of());
  }

  /**
   * Returns a Kafka broker.
   *
   * @param settings properties of {@code server.properties} that are added or replaced
   */
  public static Broker kafka(Map<String, String> settings) {
    return ready(Kind.KAFKA, settings);
  }

  /**
   * Returns several Kafka brokers of one cluster. The first one is also the controller, so a test
   * must not stop it. They are always child processes, because they must reach each other.
   */
  public static List<Broker> kafkas(int count) {
    List<Broker> brokers = new ArrayList<>();
    try {
      int first = freePorts();
      brokers.add(new LocalBroker(Kind.KAFKA, first, Map.of()));
      for (int node = 2; node <= count; node++) {
        int port = freePorts();
        brokers.add(new LocalBroker(Kind.KAFKA, port, follower(node, port, first + 1)));
      }
      brokers.forEach(Broker::start);
      return brokers;
    } catch (RuntimeException | Error e) {
      brokers.forEach(Broker::close);
      throw e;
    }
  }

  private static Map<String, String> follower(int node, int port, int controller) {
    String listener = "PLAINTEXT://127.0.0.1:" + port;
    return Map.of(
        "process.roles",
        "broker",
        "node.id",
        String.valueOf(node),
        "controller.quorum.voters",
        "1@127.0.0.1:" + controller,
        "listeners",
        listener);
  }

  /** Returns a RabbitMQ broker with the usual settings. */
  public static Broker rabbitmq() {
    return rabbitmq(Map.of());
  }

  /**
   * Returns a RabbitMQ broker.
   *
   * @param settings lines that are added to {@code rabbitmq.conf}
   */
  public static Broker rabbitmq(Map<String, String> settings) {
    return ready(Kind.RABBITMQ, settings);
  }

  private static Broker ready(Kind kind, Map<String, String> settings) {
    Broker broker = choose(kind, settings);
    try {
      broker.start();
      return broker;
    } catch (RuntimeException | Error e) {
      broker.close();
      throw e;
    }
  }

  private static Broker choose(Kind kind, Map<String, String> settings) {
    String given = System.getenv(kind.variable);
    if (given != null && settings.isEmpty()) {
      return new GivenBroker(kind, given);
    }
    return DockerClientFactory.instance().isDockerAvailable()
        ? new DockerBroker(kind, freePorts(), settings)
        : new LocalBroker(kind, freePorts(), settings);
  }

  /** Returns the first of three consecutive free ports. A broker listens on more than one port. */
  static int freePorts() {
    for (int attempt = 0; attempt < 1_000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
      if (isFree(port) && isFree(port + 1) && isFree(port + 2)) {
        return port;
      }
    }
    throw new IllegalStateException("no three free ports in a row");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.isBound();
    } catch (UncheckedIOException | IOException e) {
      return false;
    }
  }
}
