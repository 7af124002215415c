package dev.hookbridge.cli;

import dev.hookbridge.agent.Agent;
import dev.hookbridge.check.FolderChecks;
import dev.hookbridge.command.CommonOptions;
import dev.hookbridge.command.Failures;
import dev.hookbridge.command.Version;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.http.Endpoint;
import dev.hookbridge.log.Log;
import dev.hookbridge.spool.sqlite.SpoolException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Implements {@code hookbridge agent}. It runs until SIGTERM or SIGINT. */
@Command(
    name = "agent",
    description = "Reads hook calls and publishes them until it is stopped.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class AgentCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(AgentCommand.class);
  private static final Duration START = Duration.ofSeconds(10);

  @Mixin CommonOptions setup = new CommonOptions();

  @Override
  public Integer call() throws Exception {
    HostPaths places = setup.places();
    Config config = setup.config();
    Log.set(config.log().level(), config.log().format());
    folders(places);
    CompletableFuture<Agent> starting = new CompletableFuture<>();
    // The shutdown hook is registered before the start, because delivery begins during the start.
    // So a signal during the start is not a failure either.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(starting), "stop"));
    Agent agent = start(config, places, starting);
    started(config, places, agent);
    // A signal ends the process through the shutdown hook. Only a failure returns here.
    throw new Failures.Failure(agent.failure().get());
  }

  private static Agent start(Config config, HostPaths places, CompletableFuture<Agent> starting)
      throws IOException, SpoolException {
    try {
      Agent agent = Agent.start(config, places, Version.text());
      starting.complete(agent);
      return agent;
    } finally {
      starting.cancel(false); // has an effect only after a failed start
    }
  }

  /**
   * Prints the data folder and the metrics address for a user at a terminal. With JSON output it
   * logs the metrics address.
   */
  private static void started(Config config, HostPaths places, Agent agent) {
    boolean json = config.log().format() == Log.Format.JSON;
    if (places.trial() && !json) {
      System.err.println("export " + HostPaths.VARIABLE + "=" + places.data());
    }
    agent.http().map(at -> listening(config, at)).ifPresent(json ? LOG::info : System.err::println);
  }

  private static String listening(Config config, InetSocketAddress at) {
    String scheme = config.http().map(Endpoint::scheme).orElse("http");
    return "metrics on " + scheme + ":/" + at + "/metrics";
  }

  /**
   * Stops the agent after a signal. A requested stop is not a failure, so the exit code is 0. The
   * JVM alone would exit with 128 + signal.
   */
  private static void stop(CompletableFuture<Agent> starting) {
    Agent agent;
    try {
      agent = starting.get(START.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException
        | ExecutionException
        | TimeoutException
        | CancellationException e) {
      return; // it failed and reports that itself, or a frozen disk must not delay the stop
    }
    agent.close();
    if (!agent.failure().isDone()) {
      Runtime.getRuntime().halt(0);
    }
  }

  /**
   * Checks the folders. Creates those of a trial. The system's folders need owners that only root
   * can set.
   */
  private static void folders(HostPaths places) throws IOException, Failures.Failure {
    for (Path folder : List.of(places.mail().resolve("new"), places.spool())) {
      if (places.trial()) {
        make(folder);
      }
      Optional<String> wrong = FolderChecks.wrongWith(folder);
      if (wrong.isPresent()) {
        throw new Failures.Failure(folder + " " + wrong.get());
      }
    }
    if (places.trial()) {
      makePrivate(places.gates());
      make(places.etc());
      make(places.run());
    }
  }

  /**
   * Creates a folder for its owner only. Anyone who can write in the gate folder decides for the
   * hooks.
   */
  private static void makePrivate(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /**
   * Creates a missing folder. On a frozen disk, creating a folder blocks until the thaw, even if
   * the folder exists.
   */
  private static void make(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
  }
}
