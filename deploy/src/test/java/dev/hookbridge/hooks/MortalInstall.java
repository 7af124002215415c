package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * An install or removal that gets SIGKILL at a step: {@code MortalInstall install|remove HOOKS HOOK
 * ROOT STEP OCCURRENCE [DRIVER]}. A process of its own.
 */
public final class MortalInstall {
  private MortalInstall() {}

  public static void main(String[] arguments) throws Exception {
    CrashPoint last = CrashPoint.valueOf(arguments[4]);
    AtomicInteger left = new AtomicInteger(Integer.parseInt(arguments[5]));
    Installation installation =
        Installation.of(
            Path.of(arguments[1]),
            Path.of(arguments[2]),
            Place.VERSION,
            List.of(),
            new HostFiles(Path.of(arguments[3]), Selinux.KERNEL),
            step -> {
              if (step == last && left.decrementAndGet() <= 0) {
                die();
              }
            });
    List<Driver> drivers =
        arguments.length > 6
            ? List.of(Driver.of(arguments[6]).orElseThrow())
            : List.of(Driver.values());
    if (arguments[0].equals("install")) {
      installation.install(drivers, false);
    } else {
      installation.remove(drivers, false);
    }
  }

  /** The signal ends the process at once, before anything after this step. */
  private static void die() {
    try {
      new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start();
    } catch (IOException e) {
      Runtime.getRuntime().halt(1);
    }
    while (true) {
      LockSupport.park();
    }
  }
}
