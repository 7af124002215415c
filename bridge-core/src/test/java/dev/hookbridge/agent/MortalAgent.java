package dev.hookbridge.agent;

import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * An agent that gets SIGKILL at a step: {@code MortalAgent STEP OCCURRENCE}. A process of its own.
 */
public final class MortalAgent {
  private MortalAgent() {}

  public static void main(String[] arguments) throws Exception {
    IntakeStep last = IntakeStep.valueOf(arguments[0]);
    AtomicInteger left = new AtomicInteger(Integer.parseInt(arguments[1]));
    HostPaths places = HostPaths.resolve(System.getenv());
    Config config = Config.load(null, places, System.getenv());
    Agent agent =
        Agent.start(
            config,
            places,
            "mortal",
            step -> {
              if (step == last && left.decrementAndGet() <= 0) {
                die();
              }
            });
    System.err.println(agent.failure().get());
  }

  /** The signal ends the process at once, before anything after this step. */
  private static void die() {
    try {
      String self = Long.toString(ProcessHandle.current().pid());
      new ProcessBuilder("kill", "-9", self).start();
    } catch (IOException e) {
      Runtime.getRuntime().halt(1);
    }
    while (true) {
      LockSupport.park();
    }
  }
}
