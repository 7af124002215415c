package dev.hookbridge.hooks;

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
 * Takes a hook out of its slot. libvirt lists a driver's scripts and then runs one after the other;
 * one that is gone by its turn has failed, which costs the guest. So this waits for a moment at
 * which no daemon runs a hook and none has just been started, as then it calls {@code reconnect}
 * for each guest. What stays at risk is a call between libvirt's look into the folder and its fork.
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
    StagedHook.sync(slot.resolveSibling("."));
    tidy(slot.resolveSibling(".").normalize());
  }

  private boolean busy(Daemons.Daemon daemon) {
    return daemon.runsHook(hooks) || daemon.started().isAfter(Instant.now().minus(START));
  }

  /** A folder made by an install is of no use when nothing else is in it. */
  private void tidy(Path folder) throws IOException {
    if (folder.equals(hooks)) {
      return;
    }
    try {
      Files.delete(folder);
    } catch (DirectoryNotEmptyException | NotDirectoryException e) {
      return; // somebody else's scripts, or a link
    }
    StagedHook.sync(hooks);
  }
}
