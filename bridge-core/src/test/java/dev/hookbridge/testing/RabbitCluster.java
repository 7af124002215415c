package dev.hookbridge.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * RabbitMQ nodes of one cluster, as child processes. A test may stop any of them. Erlang's port
 * mapper is a process of its own, because it must outlive each node.
 */
public final class RabbitCluster implements AutoCloseable {
  private final Path folder;
  private final Process portMapper;
  private final List<LocalBroker> nodes = new ArrayList<>();
  private final List<Integer> ports;

  /** Starts a cluster, and returns when all nodes have joined it. */
  public RabbitCluster(int size) {
    LocalBroker.prerequisites(Kind.RABBITMQ);
    ports = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      ports.add(Brokers.freePorts());
    }
    try {
      folder = Files.createTempDirectory("hookbridge-epmd");
      portMapper = portMapper();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(portMapper::destroyForcibly));
    Map<String, String> environment =
        Map.of(
            "ERL_EPMD_PORT",
            String.valueOf(ports.get(0) + 1),
            "RABBITMQ_COOKIE",
            UUID.randomUUID().toString());
    for (int port : ports) {
      nodes.add(new LocalBroker(Kind.RABBITMQ, port, members(), environment));
    }
    try {
      Brokers.startTogether(nodes);
    } catch (RuntimeException | Error e) {
      portMapper.destroyForcibly();
      throw e;
    }
  }

  private Process portMapper() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Repository.file("deploy/broker/rabbitmq").toString(),
            folder.toString(),
            String.valueOf(ports.get(0)),
            "epmd");
    builder.environment().put(Kind.RABBITMQ.versionVariable, Kind.RABBITMQ.version());
    File output = folder.resolve("output").toFile();
    return builder.redirectErrorStream(true).redirectOutput(output).start();
  }

  private Map<String, String> members() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("cluster_formation.peer_discovery_backend", "classic_config");
    for (int i = 0; i < ports.size(); i++) {
      settings.put("cluster_formation.classic_config.nodes." + (i + 1), name(i));
    }
    return settings;
  }

  /** Returns the Erlang name of a node. */
  public String name(int node) {
    return "hookbridge-" + ports.get(node) + "@localhost";
  }

  /** Returns the nodes, in the order of their names' numbers. */
  public List<Broker> nodes() {
    return List.copyOf(nodes);
  }

  /** Returns the URIs of all nodes. */
  public List<String> uris() {
    return nodes.stream().map(Broker::address).collect(Collectors.toList());
  }

  @Override
  public void close() {
    nodes.forEach(Broker::close);
    portMapper.destroyForcibly();
    LocalBroker.remove(folder);
  }
}
