package dev.hookbridge.it.libvirt;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many lives of a guest and restarts of libvirtd, each with a fault of agent, broker or disk, or
 * none.
 */
@Tag("libvirt")
class LibvirtManyIT extends LibvirtTrouble {
  private static final boolean FULL = Boolean.getBoolean("hookbridge.full");
  private static final int CYCLES = FULL ? 200 : 20;
  private static final int RESTARTS = FULL ? 20 : 2;

  @Test
  void manyCyclesAndRestarts() throws Exception {
    long seed = Long.getLong("hookbridge.seed", System.nanoTime());
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    Random random = new Random(seed);
    List<String> done = new ArrayList<>();
    long begin = System.nanoTime();
    for (int i = 0; i < CYCLES; i++) {
      done.add(fault(random));
      cycle(USUAL);
      if (i % (CYCLES / RESTARTS) == 1) {
        host.restartLibvirt();
        keeperLives();
      }
      mend();
    }
    awaitAllButLost();
    System.out.printf(
        "%d cycles, %d restarts in %d s, %d calls, %d told to be lost, faults %s%n",
        CYCLES,
        RESTARTS,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
        witness.count(),
        lost().size(),
        done.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting())));
  }

  private boolean halted;
  private boolean paused;
  private boolean readOnly;

  private String fault(Random random) throws Exception {
    switch (random.nextInt(7)) {
      case 0 -> {
        host.agent.signal("KILL");
        return "killed";
      }
      case 1 -> {
        host.agent.signal("TERM");
        return "stopped";
      }
      case 2 -> {
        host.agent.signal("STOP");
        halted = true;
        return "halted";
      }
      case 3 -> {
        kafka.broker().pause();
        paused = true;
        return "broker halted";
      }
      case 4 -> {
        fill(reserveFile());
        return "disk full";
      }
      case 5 -> {
        host.agent.signal("KILL"); // its own open files would keep the disk writable
        disk.remount("ro");
        readOnly = true;
        return "killed, disk read-only";
      }
      default -> {
        return "none";
      }
    }
  }

  private Path reserveFile() {
    return disk.folder().resolve("ballast");
  }

  private void mend() throws Exception {
    if (readOnly) {
      disk.remount("rw");
      readOnly = false;
    }
    Files.deleteIfExists(reserveFile());
    if (paused) {
      kafka.broker().resume();
      paused = false;
    }
    if (halted) {
      host.agent.signal("CONT");
      halted = false;
    }
    if (!host.agent.lives()) {
      host.agent.start();
    }
  }
}
