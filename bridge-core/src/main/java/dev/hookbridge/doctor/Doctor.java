package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import dev.hookbridge.config.HostPaths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the two worker processes and reports their findings in the order of an event's path. When
 * the agent's worker is ready to read the event, the host's worker calls the hook. This class
 * itself does not access any disk, so it ends even when something hangs.
 */
final class Doctor {
  /** Seconds of silence after which a worker counts as stuck. Each check has its own time limit. */
  private static final int SILENCE_SECONDS = 60;

  private final HostPaths places;
  private final List<String> arguments;
  private final String token = UUID.randomUUID().toString();
  private final BlockingQueue<PrivilegedWorker.Said> said = new LinkedBlockingQueue<>();
  private final List<Check> checks = new ArrayList<>();
  private final List<Check> later = new ArrayList<>();
  private @Nullable PrivilegedWorker host;
  private @Nullable PrivilegedWorker agent;
  private boolean hostLooks = true;
  private boolean agentEnded;
  private String atHost = "the hooks";
  private String atAgent = "the configuration";

  /**
   * Creates a doctor.
   *
   * @param arguments the arguments of the whole command line
   */
  Doctor(HostPaths places, List<String> arguments) {
    this.places = places;
    this.arguments = arguments;
  }

  /**
   * Runs all checks and returns the findings.
   *
   * @param reported receives each finding at once
   * @param progress receives a sentence per second while there is no finding
   */
  List<Check> examine(Consumer<Check> reported, Consumer<String> progress)
      throws InterruptedException {
    host = start(PrivilegedWorker.HOST, reported);
    agent = start(PrivilegedWorker.AGENT, reported);
    hostLooks = host != null;
    agentEnded = agent == null;
    try {
      int silent = 0;
      while (hostLooks || !agentEnded) {
        PrivilegedWorker.Said next = said.poll(1, TimeUnit.SECONDS);
        if (next != null) {
          silent = 0;
          hear(next, reported);
        } else if (++silent < SILENCE_SECONDS) {
          progress.accept("looking at " + about() + ", " + silent + " s");
        } else {
          find(Check.failure(about(), "was given up after " + silent + " s"), reported);
          break;
        }
      }
    } finally {
      close(host);
      close(agent);
    }
    return checks;
  }

  private String about() {
    return hostLooks ? atHost : atAgent;
  }

  private @Nullable PrivilegedWorker start(String name, Consumer<Check> reported) {
    try {
      List<String> user =
          name.equals(PrivilegedWorker.AGENT) ? PrivilegedWorker.owner(places) : List.of();
      return PrivilegedWorker.start(name, user, places, token, arguments, said);
    } catch (IOException e) {
      find(Check.failure("the " + name + "'s side", String.valueOf(e.getMessage())), reported);
      return null;
    }
  }

  private void hear(PrivilegedWorker.Said next, Consumer<Check> reported) {
    boolean byHost = next.by() == host;
    DoctorLine line = next.line();
    if (line == null) {
      ended(next.by(), byHost, reported);
      return;
    }
    Check check = line.check();
    if (check != null) {
      if (byHost || !hostLooks) {
        find(check, reported);
      } else {
        later.add(check);
      }
    }
    switch (line.kind()) {
      case LOOKING -> {
        if (byHost) {
          atHost = line.what();
        } else {
          atAgent = line.what();
        }
      }
      case READING -> report(host, "call");
      case CALLED -> report(agent, "called");
      case END -> {
        if (byHost) {
          hostEnds(reported);
        } else {
          agentEnded = true;
        }
      }
      default -> {}
    }
  }

  private void hostEnds(Consumer<Check> reported) {
    hostLooks = false;
    later.forEach(check -> find(check, reported));
    later.clear();
  }

  /** Handles a worker that ended without its last line. It was killed, or could not start. */
  private void ended(PrivilegedWorker part, boolean byHost, Consumer<Check> reported) {
    boolean early = byHost ? hostLooks : !agentEnded;
    if (early) {
      find(
          Check.failure(
              "the " + part.name() + "'s side",
              "ended early: can its user run "
                  + System.getProperty("java.home")
                  + "/bin/java and read "
                  + System.getProperty("hookbridge.home", "")
                  + "?"),
          reported);
    }
    if (byHost) {
      hostEnds(reported);
      report(agent, "not called");
    } else {
      agentEnded = true;
    }
  }

  private void find(Check check, Consumer<Check> reported) {
    checks.add(check);
    reported.accept(check);
  }

  private static void report(@Nullable PrivilegedWorker part, String word) {
    if (part != null) {
      part.report(word);
    }
  }

  private static void close(@Nullable PrivilegedWorker part) {
    if (part != null) {
      part.close();
    }
  }
}
