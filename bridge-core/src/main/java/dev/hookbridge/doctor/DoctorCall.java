package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import dev.hookbridge.config.HostPaths;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Calls a hook to test the path of an event. It runs the installed hook itself, as libvirt runs it,
 * with an operation that libvirt does not have. So the event has the type {@code …unknown.v1} and
 * the object {@link #OBJECT}. No consumer takes this for a guest, and no rule applies to it.
 */
final class DoctorCall {
  static final String OBJECT = "hookbridge-doctor";
  private static final List<String> WORDS = List.of(OBJECT, "doctor", "test");
  private static final int PATIENCE_SECONDS = 12;

  private final HostPaths places;
  private final Optional<Path> slot;
  private final String token;

  /**
   * Prepares a call.
   *
   * @param slot the installed hook; if empty, the distribution's hook is called
   * @param token the text that identifies the event when it arrives
   */
  DoctorCall(HostPaths places, Optional<Path> slot, String token) {
    this.places = places;
    this.slot = slot;
    this.token = token;
  }

  /**
   * Calls the hook. The result is a failure when the exit code or the record of lost calls shows
   * one.
   */
  Check make() throws IOException, InterruptedException {
    if (!places.trial() && DoctorFolders.self() != 0) {
      return Check.warning(
          "test call", "not made: only hooks of root write here; run this as root");
    }
    long lostBefore = size(places.lost());
    long begin = System.nanoTime();
    int exit = slot.isPresent() ? run(slot.get()) : byDistribution();
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    String by = slot.map(Path::toString).orElse("the distribution's hook");
    if (exit != 0) {
      return Check.failure(
          "test call", by + " ended with " + exit + ": look for hookbridge-hook in the system log");
    }
    if (size(places.lost()) > lostBefore) {
      return Check.failure(
          "test call", by + " could not write its call: the last line of " + places.lost());
    }
    return Check.ok("test call", by + " took " + millis + " ms");
  }

  private static long size(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  private int run(Path hook) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(hook.toString());
    builder.command().addAll(WORDS);
    builder.command().add(token);
    builder.redirectInput(new File("/dev/null"));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(hook + " has not ended after " + PATIENCE_SECONDS + " s");
    }
    return process.exitValue();
  }

  /** Calls the distribution's hook. */
  private int byDistribution() throws IOException, InterruptedException {
    Path home = Path.of(System.getProperty("hookbridge.home", ""));
    Path shim = home.resolve("libexec/hookbridge-hook").toAbsolutePath();
    Path folder = Files.createTempDirectory("hookbridge-doctor");
    Path hooks = folder.resolve("hooks");
    Path link = hooks.resolve("qemu");
    try {
      Files.createDirectory(hooks);
      Files.createSymbolicLink(link, shim);
      return run(link);
    } finally {
      for (Path made : List.of(link, hooks, folder)) {
        Files.deleteIfExists(made);
      }
    }
  }
}
