package dev.hookbridge.decision;

import dev.hookbridge.testing.FakeTransport;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A gate before silent deciders, to be killed: {@code MortalGate FOLDER}. A process of its own. */
final class MortalGate {
  private MortalGate() {}

  public static void main(String[] arguments) throws Exception {
    FakeTransport.decider((channel, request) -> System.out.println("asked " + request.rule()));
    try (Rig rig = Rig.of(Path.of(arguments[0]), TestRule.rule("placement"))) {
      System.out.println("ready " + rig.decisions.alive());
      while (true) {
        LockSupport.park();
      }
    }
  }
}
