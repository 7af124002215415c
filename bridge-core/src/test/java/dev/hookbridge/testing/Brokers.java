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
 * The one factory of real brokers. In this order it takes the address the environment gives ({@code
 * HOOKBRIDGE_TEST_KAFKA}, {@code HOOKBRIDGE_TEST_AMQP}), Docker where its daemon answers, a child
 * process started by {@code deploy/broker}. A broker is returned ready; who asked for it closes it.
 */
public final class Brokers {
  /** Below the ports Linux hands out by itself, which could take ours between look and use. */
  private static final int LOWEST_PORT = 20_000;

  private static final int HIGHEST_PORT = 32_000;

  static {
    // A look for Docker where there is none is not worth an error in the log.
    Log.silence("org.testcontainers");
  }

  private Brokers() {}

  public static Broker kafka() {
    return kafka(Map.of());
  }

  /**
   * @param settings properties of {@code server.properties} beyond or instead of the usual ones
   */
  public static Broker kafka(Map<String, String> settings) {
    return ready(Kind.KAFKA, settings);
  }

  /**
   * Several Kafka brokers of one cluster, the first of which is the controller as well and must not
   * be hurt. Always child processes, since they must reach one another.
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

  public static Broker rabbitmq() {
    return rabbitmq(Map.of());
  }

  /**
   * @param settings lines of {@code rabbitmq.conf} beyond the usual ones
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

  /** The first of three free ports in a row, since a broker listens on more than one. */
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
