package dev.hookbridge.hooks;

import dev.hookbridge.disk.Durable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Removes a hook from its slot. libvirt lists a driver's scripts and then runs them one after the
 * other. A script that is missing when its turn comes has failed, and libvirt kills the guest. So
 * this waits until no daemon runs a hook, and no daemon has just started, because a starting daemon
 * calls {@code reconnect} for each guest. One risk remains: a call between libvirt's directory
 * listing and its fork.
 */
final class HookRemover {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration START = Duration.ofSeconds(3);
  private static final long LOOK_AGAIN = Duration.ofMillis(5).toNanos();
  private final Path hooks;
  private final Daemons daemons;
  private final Consumer<CrashPoint> steps;

  HookRemover(Path hooks, Daemons daemons, Consumer<CrashPoint> steps) {
    this.hooks = hooks;
    this.daemons = daemons;
    this.steps = steps;
  }

  /**
   * Removes the hook in a slot. Waits up to 10 s.
   *
   * @throws HooksException when hooks have been running for 10 s
   */
  void remove(Path slot) throws IOException, HooksException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (daemons.all().stream().anyMatch(this::busy)) {
      if (System.nanoTime() > end) {
        throw new HooksException(
            slot + " stays: hooks have been running for 10 s, try again when fewer guests change");
      }
      LockSupport.parkNanos(LOOK_AGAIN);
    }
    Files.delete(slot);
    steps.accept(CrashPoint.REMOVED);
    Durable.sync(slot.resolveSibling("."));
    tidy(slot.resolveSibling(".").normalize());
  }

  private boolean busy(Daemons.Daemon daemon) {
    return daemon.runsHook(hooks) || daemon.started().isAfter(Instant.now().minus(START));
  }

  /** Removes the folder if it is empty. An install may have created it. */
  private void tidy(Path folder) throws IOException {
    if (folder.equals(hooks)) {
      return;
    }
    try {
      Files.delete(folder);
    } catch (DirectoryNotEmptyException | NotDirectoryException e) {
      return; // scripts of others, or a link
    }
    Durable.sync(hooks);
  }
}
