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
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Finds libvirt's daemons that run as this user and see the same hooks folder. */
final class Daemons {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** The folders with programs of daemons. */
  static final List<String> PROGRAMS = List.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/sbin");

  private final HostFiles machine;
  private final List<Daemon> running;

  private Daemons(HostFiles machine, List<Daemon> running) {
    this.machine = machine;
    this.running = running;
  }

  /**
   * A running daemon.
   *
   * @param folder the folder of its process in {@code /proc}
   * @param started the time at which it checked which drivers have scripts, unless it was reloaded
   *     since
   */
  record Daemon(long pid, String name, Path folder, Instant started) {
    /** Returns the domain in which AppArmor or SELinux confines it, or an empty text. */
    String domain() {
      return HostFiles.text(folder.resolve("attr/current"));
    }

    /** Returns whether the daemon is running a hook now. */
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

  /** Returns these daemons. */
  static Daemons of(HostFiles machine, List<Daemon> running) {
    return new Daemons(machine, running);
  }

  /**
   * Finds the daemons that run now.
   *
   * @param hooks the hooks folder that a daemon must see
   */
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
      // The kernel appends " (deleted)" when the package was upgraded while the daemon runs.
      Path exe = Files.readSymbolicLink(process.resolve("exe"));
      String name = String.valueOf(exe.getFileName()).replaceFirst(" \\(deleted\\)$", "");
      if (!Driver.DAEMONS.contains(name) || !mine(process) || !sees(process, hooks)) {
        return Optional.empty();
      }
      return Optional.of(new Daemon(Long.parseLong(pid), name, process, started(process)));
    } catch (IOException | SecurityException e) {
      return Optional.empty(); // it has ended, or this user may not look at it
    }
  }

  /**
   * Returns whether the process runs as this user. The hook of a session daemon does nothing on a
   * host with root's installation.
   */
  private static boolean mine(Path process) throws IOException {
    Object owner = Files.getAttribute(process, "unix:uid");
    return Objects.equals(owner, Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }

  /**
   * Returns whether the process sees the same hooks folder. A daemon in a container has its own
   * hooks.
   */
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

  /** Returns the start time of the process. */
  private static Instant started(Path process) {
    String pid = String.valueOf(process.getFileName());
    return ProcessHandle.of(Long.parseLong(pid))
        .flatMap(handle -> handle.info().startInstant())
        .orElse(Instant.EPOCH);
  }

  /**
   * Returns the programs of the daemons that are installed and do not run, by name. A socket may
   * start them at any time.
   */
  Map<String, Path> stopped() {
    Map<String, Path> programs = new TreeMap<>();
    for (String folder : PROGRAMS) {
      for (String name : Driver.DAEMONS) {
        Path program = machine.at(folder).resolve(name);
        if (Files.isExecutable(program)) {
          programs.putIfAbsent(name, program);
        }
      }
    }
    running.forEach(daemon -> programs.remove(daemon.name()));
    return programs;
  }

  /** Returns all daemons that run. */
  List<Daemon> all() {
    return running;
  }

  /** Returns the daemons that run hooks of one of the drivers. */
  List<Daemon> of(Collection<Driver> drivers) {
    return running.stream()
        .filter(daemon -> drivers.stream().anyMatch(driver -> driver.runsIn(daemon.name())))
        .toList();
  }

  /**
   * Reloads a daemon, so that it checks again which drivers have scripts.
   *
   * @throws HooksException when it cannot be reloaded
   */
  void reload(Daemon daemon) throws HooksException {
    try {
      boolean systemd = Files.isDirectory(machine.at("/run/systemd/system"));
      if (systemd && run("systemctl", "reload", daemon.name() + ".service")) {
        return;
      }
      // Without systemd, or for a daemon that was started by hand.
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
