package dev.hookbridge.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * Runs a broker in a container. It keeps its port on the host when it is killed and started again.
 */
final class DockerBroker implements Broker {
  private final Kind kind;
  private final int port;
  private final GenericContainer<?> container;

  DockerBroker(Kind kind, int port, Map<String, String> settings) {
    this.kind = kind;
    this.port = port;
    container = new GenericContainer<>(DockerImageName.parse(kind.image));
    if (kind == Kind.KAFKA) {
      kafka(settings);
    } else {
      rabbitmq(settings);
    }
  }

  /** Configures Kafka. The image takes a property {@code a.b} as the variable {@code KAFKA_A_B}. */
  private void kafka(Map<String, String> settings) {
    container.setPortBindings(List.of(port + ":" + port));
    container
        .withEnv("KAFKA_NODE_ID", "1")
        .withEnv("KAFKA_PROCESS_ROLES", "broker,controller")
        .withEnv("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:" + (port + 1))
        .withEnv(
            "KAFKA_LISTENERS",
            "PLAINTEXT://0.0.0.0:" + port + ",CONTROLLER://localhost:" + (port + 1))
        .withEnv("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://" + kind.address(port))
        .withEnv("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER")
        .withEnv("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT")
        .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
        .withEnv("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1")
        .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
        .withEnv("KAFKA_BROKER_SESSION_TIMEOUT_MS", "1000")
        .withEnv("KAFKA_BROKER_HEARTBEAT_INTERVAL_MS", "200");
    settings.forEach((key, value) -> container.withEnv(variable(key), value));
  }

  private static String variable(String property) {
    String upper = property.toUpperCase(Locale.ROOT);
    return "KAFKA_" + upper.replace("_", "__").replace("-", "___").replace('.', '_');
  }

  private void rabbitmq(Map<String, String> settings) {
    container.setPortBindings(List.of(port + ":5672"));
    StringBuilder lines = new StringBuilder("loopback_users = none\n");
    settings.forEach((key, value) -> lines.append(key).append(" = ").append(value).append('\n'));
    container.withCopyToContainer(
        Transferable.of(lines.toString()), "/etc/rabbitmq/conf.d/90-more.conf");
  }

  @Override
  public String address() {
    return kind.address(port);
  }

  @Override
  public void start() {
    if (container.getContainerId() == null) {
      container.start();
    } else {
      container.getDockerClient().startContainerCmd(container.getContainerId()).exec();
    }
    awaitReady();
  }

  @Override
  public void awaitReady() {
    Awaitility.await(kind + " in Docker on port " + port)
        .atMost(Duration.ofSeconds(120))
        .until(() -> kind.answers("127.0.0.1", port));
  }

  @Override
  public void stop() {
    container.getDockerClient().stopContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void kill() {
    container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void pause() {
    container.getDockerClient().pauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void resume() {
    container.getDockerClient().unpauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public String run(String... command) {
    String[] words =
        kind == Kind.KAFKA ? concat("/opt/kafka/bin/kafka-run-class.sh", command) : command;
    try {
      var result = container.execInContainer(words);
      if (result.getExitCode() != 0) {
        throw new IllegalStateException(String.join(" ", command) + " failed: " + result);
      }
      return result.getStdout();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String[] concat(String first, String... rest) {
    String[] all = new String[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }

  @Override
  public void close() {
    container.close();
  }
}
