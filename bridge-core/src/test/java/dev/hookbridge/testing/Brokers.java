package dev.hookbridge.testing;

import dev.hookbridge.log.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;

/**
 * Creates real brokers for all tests. It uses the first of these that is available: the address in
 * the environment ({@code HOOKBRIDGE_TEST_KAFKA}, {@code HOOKBRIDGE_TEST_AMQP}), Docker if its
 * daemon answers, a child process that {@code deploy/broker} starts. With the system property
 * {@code hookbridge.kafka} or {@code hookbridge.rabbitmq}, which names a version, it is always a
 * child process. The returned broker is ready. The caller closes it.
 */
public final class Brokers {
  /**
   * Ports below Linux's ephemeral range. A port in that range could be taken between check and use.
   */
  private static final int LOWEST_PORT = 20_000;

  private static final int HIGHEST_PORT = 32_000;

  private static final Executor STARTERS = task -> new Thread(task, "broker-start").start();

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
   * Returns several Kafka brokers of one cluster. They are always child processes, because they
   * must reach each other. From three on each of them is also a controller, and a test may stop one
   * at a time. Of two, only the first is a controller, and a test must not stop it.
   */
  public static List<Broker> kafkas(int count) {
    List<Integer> ports = Stream.generate(Brokers::freePorts).limit(count).toList();
    int controllers = count < 3 ? 1 : count;
    String voters =
        IntStream.range(0, controllers)
            .mapToObj(i -> (i + 1) + "@127.0.0.1:" + (ports.get(i) + 1))
            .collect(Collectors.joining(","));
    List<Broker> brokers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, String> settings = node(i, ports.get(i), i < controllers, voters);
      brokers.add(new LocalBroker(Kind.KAFKA, ports.get(i), settings));
    }
    startTogether(brokers);
    return brokers;
  }

  private static Map<String, String> node(int index, int port, boolean controller, String voters) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("node.id", String.valueOf(index + 1));
    settings.put("controller.quorum.voters", voters);
    if (!controller) {
      settings.put("process.roles", "broker");
      settings.put("listeners", "PLAINTEXT://127.0.0.1:" + port);
    }
    return settings;
  }

  /** Starts the nodes of a cluster. A node may not answer before most of the others run. */
  static void startTogether(List<? extends Broker> nodes) {
    try {
      CompletableFuture.allOf(
              nodes.stream()
                  .map(node -> CompletableFuture.runAsync(node::start, STARTERS))
                  .toArray(CompletableFuture<?>[]::new))
          .join();
    } catch (RuntimeException | Error e) {
      nodes.forEach(Broker::close);
      throw e;
    }
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
    if (!kind.version().isEmpty()) {
      return new LocalBroker(kind, freePorts(), settings);
    }
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
