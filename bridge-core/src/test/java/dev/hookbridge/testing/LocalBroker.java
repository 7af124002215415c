package dev.hookbridge.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Runs a broker with a script of {@code deploy/broker} as a child of this process. */
final class LocalBroker implements Broker {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private final Kind kind;
  private final int port;
  private final Path folder;
  private final Map<String, String> environment;
  private final Thread onExit = new Thread(this::end, "broker-end");
  private @Nullable Process script;

  LocalBroker(Kind kind, int port, Map<String, String> settings) {
    this(kind, port, settings, Map.of());
  }

  /**
   * @param settings lines that are added to the broker's configuration file
   * @param environment what the script needs beside the version
   */
  LocalBroker(Kind kind, int port, Map<String, String> settings, Map<String, String> environment) {
    this.kind = kind;
    this.port = port;
    this.environment = environment;
    prerequisites(kind);
    try {
      folder = Files.createTempDirectory("hookbridge-" + kind.script);
      List<String> lines = new ArrayList<>();
      settings.forEach((key, value) -> lines.add(key + " = " + value));
      Files.write(folder.resolve(kind.settingsFile), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  static void prerequisites(Kind kind) {
    String version = kind.version();
    if (kind == Kind.KAFKA) {
      String jars = version.isEmpty() ? "lib" : "lib-" + version;
      Needs.that(
          Files.isDirectory(Repository.file("deploy/kafka-broker/target/" + jars)),
          "no Kafka broker in target/"
              + jars
              + ": 'deploy/broker/kafka --help' says how to get it");
    } else if (version.isEmpty()) {
      Needs.that(
          Files.isExecutable(Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server")),
          "no RabbitMQ: start Docker, set HOOKBRIDGE_TEST_AMQP, or install rabbitmq-server");
    } else {
      Needs.suite(version);
    }
  }

  @Override
  public String address() {
    return kind.address(port);
  }

  @Override
  public void start() {
    if (script != null && script.isAlive()) {
      return;
    }
    try {
      script = command().redirectErrorStream(true).redirectOutput(output()).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitReady();
  }

  @Override
  public void awaitReady() {
    Awaitility.await(kind + " on port " + port)
        .atMost(PATIENCE)
        .failFast("the broker ended: " + folder, () -> !running().isAlive())
        .until(() -> kind.answers("127.0.0.1", port));
  }

  @Override
  public void stop() {
    signal("CONT");
    running().destroy();
    ended();
  }

  @Override
  public void kill() {
    signal("KILL");
    ended();
  }

  @Override
  public void pause() {
    signal("STOP");
  }

  @Override
  public void resume() {
    signal("CONT");
  }

  @Override
  public String run(String... command) {
    try {
      File reported = Files.createTempFile(folder, "tool", ".out").toFile();
      Process tool = command(command).redirectErrorStream(true).redirectOutput(reported).start();
      boolean ended = tool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      tool.destroyForcibly();
      String text = Files.readString(reported.toPath());
      if (!ended || tool.exitValue() != 0) {
        throw new IllegalStateException(String.join(" ", command) + " failed: " + text);
      }
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      return; // the JVM is already ending
    }
    remove(folder);
  }

  /** Removes a folder with everything in it, as far as possible. */
  static void remove(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::delete);
    } catch (IOException | UncheckedIOException e) {
      folder.toFile().deleteOnExit();
    }
  }

  /** Kills the broker, then all other processes that the script started. */
  private void end() {
    if (script == null) {
      return;
    }
    List<ProcessHandle> all = script.descendants().toList();
    process().destroyForcibly();
    try {
      script.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    script.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
  }

  /**
   * Returns the broker's own process. Kafka replaces the script's process. RabbitMQ's beam.smp is a
   * child of the script.
   */
  private ProcessHandle process() {
    return running()
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("beam.smp"))
        .findFirst()
        .orElse(running().toHandle());
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("sh", "-c", "kill -" + name + " " + process().pid()).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ended() {
    Awaitility.await(kind + " to end").atMost(PATIENCE).until(() -> !running().isAlive());
  }

  private Process running() {
    if (script == null) {
      throw new IllegalStateException(kind + " was not started");
    }
    return script;
  }

  private ProcessBuilder command(String... tool) {
    List<String> words = new ArrayList<>();
    words.add(Repository.file("deploy/broker/" + kind.script).toString());
    words.add(folder.toString());
    words.add(String.valueOf(port));
    words.addAll(List.of(tool));
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().putAll(environment);
    builder.environment().put(kind.versionVariable, kind.version());
    return builder;
  }

  private ProcessBuilder.Redirect output() {
    return ProcessBuilder.Redirect.appendTo(folder.resolve("output").toFile());
  }
}
