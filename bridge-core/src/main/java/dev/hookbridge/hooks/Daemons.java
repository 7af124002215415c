package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** libvirt's daemons that run here, as this user, and see the same folder of hooks. */
final class Daemons {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private final HostFiles machine;
  private final List<Daemon> running;

  private Daemons(HostFiles machine, List<Daemon> running) {
    this.machine = machine;
    this.running = running;
  }

  /**
   * @param folder that of its process in {@code /proc}
   * @param started when it read which drivers have scripts, unless it was reloaded since
   */
  record Daemon(long pid, String name, Path folder, Instant started) {
    /** The domain that AppArmor or SELinux confines it in; empty when none does. */
    String domain() {
      return HostFiles.text(folder.resolve("attr/current"));
    }

    /** Whether a hook is being run for it right now. */
    boolean runsHook(Path hooks) {
      for (String child :
          HostFiles.text(folder.resolve("task/" + pid + "/children")).split(" ", -1)) {
        if (calls(child, hooks)) {
          return true;
        }
      }
      return false;
    }

    private boolean calls(String child, Path hooks) {
      return !child.isEmpty()
          && HostFiles.text(folder.resolveSibling(child).resolve("cmdline"))
              .startsWith(hooks.toString());
    }

    @Override
    public String toString() {
      return name + " (pid " + pid + ")";
    }
  }

  static Daemons of(HostFiles machine, List<Daemon> running) {
    return new Daemons(machine, running);
  }

  static Daemons running(HostFiles machine, Path hooks) throws IOException {
    List<Daemon> running = new ArrayList<>();
    Path proc = machine.at("/proc");
    if (Files.isDirectory(proc)) {
      try (Stream<Path> processes = Files.list(proc)) {
        for (Path process : processes.toList()) {
          daemon(process, hooks).ifPresent(running::add);
        }
      }
    }
    return new Daemons(machine, running);
  }

  private static Optional<Daemon> daemon(Path process, Path hooks) {
    String pid = String.valueOf(process.getFileName());
    if (!pid.matches("\\d+")) {
      return Optional.empty();
    }
    try {
      // The program of one that runs while its package is upgraded has " (deleted)" behind it.
      Path exe = Files.readSymbolicLink(process.resolve("exe"));
      String name = String.valueOf(exe.getFileName()).replaceFirst(" \\(deleted\\)$", "");
      if (!Driver.DAEMONS.contains(name) || !mine(process) || !sees(process, hooks)) {
        return Optional.empty();
      }
      return Optional.of(new Daemon(Long.parseLong(pid), name, process, started(process)));
    } catch (IOException | SecurityException e) {
      return Optional.empty(); // it has ended, or is not ours to look at
    }
  }

  /** A session daemon's hook does nothing on a host with root's installation. */
  private static boolean mine(Path process) throws IOException {
    Object owner = Files.getAttribute(process, "unix:uid");
    return Objects.equals(owner, Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }

  /** One in a container has hooks of its own. */
  private static boolean sees(Path process, Path hooks) throws IOException {
    Path there = hooks.toAbsolutePath();
    while (!Files.exists(there)) {
      there = Objects.requireNonNull(there.getParent(), "/ is always there");
    }
    Path seen = process.resolve("root").resolve(Path.of("/").relativize(there).toString());
    return Files.exists(seen) && Objects.equals(key(seen), key(there));
  }

  private static Object key(Path path) throws IOException {
    return String.valueOf(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
  }

  /** The folder of a process is as old as the process. */
  private static Instant started(Path process) {
    String pid = String.valueOf(process.getFileName());
    return ProcessHandle.of(Long.parseLong(pid))
        .flatMap(handle -> handle.info().startInstant())
        .orElse(Instant.EPOCH);
  }

  List<Daemon> all() {
    return running;
  }

  /** Those that run hooks of one of the drivers. */
  List<Daemon> of(Collection<Driver> drivers) {
    return running.stream()
        .filter(daemon -> drivers.stream().anyMatch(driver -> driver.runsIn(daemon.name())))
        .toList();
  }

  /** Makes a daemon look again which drivers have scripts. */
  void reload(Daemon daemon) throws HooksException {
    try {
      boolean systemd = Files.isDirectory(machine.at("/run/systemd/system"));
      if (systemd && run("systemctl", "reload", daemon.name() + ".service")) {
        return;
      }
      // Without systemd, or where somebody started it by hand.
      if (!run("kill", "-HUP", Long.toString(daemon.pid()))) {
        throw new HooksException(daemon + " cannot be reloaded: send it SIGHUP as root");
      }
    } catch (IOException e) {
      throw new HooksException(daemon + " cannot be reloaded: " + e.getMessage(), e);
    }
  }

  private static boolean run(String... command) throws IOException {
    return Command.run(PATIENCE, command).exit() == 0;
  }
}
