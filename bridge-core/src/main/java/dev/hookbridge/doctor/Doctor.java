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
   * @param told receives each finding at once
   * @param progress receives a sentence per second while there is no finding
   */
  List<Check> examine(Consumer<Check> told, Consumer<String> progress) throws InterruptedException {
    host = start(PrivilegedWorker.HOST, told);
    agent = start(PrivilegedWorker.AGENT, told);
    hostLooks = host != null;
    agentEnded = agent == null;
    try {
      int silent = 0;
      while (hostLooks || !agentEnded) {
        PrivilegedWorker.Said next = said.poll(1, TimeUnit.SECONDS);
        if (next != null) {
          silent = 0;
          hear(next, told);
        } else if (++silent < SILENCE_SECONDS) {
          progress.accept("looking at " + about() + ", " + silent + " s");
        } else {
          find(Check.failure(about(), "was given up after " + silent + " s"), told);
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

  private @Nullable PrivilegedWorker start(String name, Consumer<Check> told) {
    try {
      List<String> user =
          name.equals(PrivilegedWorker.AGENT) ? PrivilegedWorker.owner(places) : List.of();
      return PrivilegedWorker.start(name, user, places, token, arguments, said);
    } catch (IOException e) {
      find(Check.failure("the " + name + "'s side", String.valueOf(e.getMessage())), told);
      return null;
    }
  }

  private void hear(PrivilegedWorker.Said next, Consumer<Check> told) {
    boolean byHost = next.by() == host;
    DoctorLine line = next.line();
    if (line == null) {
      ended(next.by(), byHost, told);
      return;
    }
    Check check = line.check();
    if (check != null) {
      if (byHost || !hostLooks) {
        find(check, told);
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
      case READING -> tell(host, "call");
      case CALLED -> tell(agent, "called");
      case END -> {
        if (byHost) {
          hostEnds(told);
        } else {
          agentEnded = true;
        }
      }
      default -> {}
    }
  }

  private void hostEnds(Consumer<Check> told) {
    hostLooks = false;
    later.forEach(check -> find(check, told));
    later.clear();
  }

  /** Handles a worker that ended without its last line. It was killed, or could not start. */
  private void ended(PrivilegedWorker part, boolean byHost, Consumer<Check> told) {
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
          told);
    }
    if (byHost) {
      hostEnds(told);
      tell(agent, "not called");
    } else {
      agentEnded = true;
    }
  }

  private void find(Check check, Consumer<Check> told) {
    checks.add(check);
    told.accept(check);
  }

  private static void tell(@Nullable PrivilegedWorker part, String word) {
    if (part != null) {
      part.tell(word);
    }
  }

  private static void close(@Nullable PrivilegedWorker part) {
    if (part != null) {
      part.close();
    }
  }
}
