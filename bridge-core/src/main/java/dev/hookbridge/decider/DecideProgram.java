package dev.hookbridge.decider;

import dev.hookbridge.command.Failures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program for each request. The event goes to stdin, stdout is discarded, stderr is the
 * reason.
 *
 * <p>Each program runs in its own session if the host has {@code setsid}. So it can be killed with
 * its children at the time limit, and signals to its process group do not reach other programs.
 */
final class DecideProgram implements DecisionProvider {
  private static final Path SETSID = Path.of("/usr/bin/setsid");
  private static final int STDERR = 8_192;
  private static final long REST_MS = 200;
  private static final int SIGNALLED = 128;
  private final List<String> command;
  private final Set<Process> running = new HashSet<>();
  private boolean closed;

  /**
   * Prepares the program.
   *
   * @param program the program and its arguments
   * @throws Failures.Failure when there is no such program
   */
  DecideProgram(List<String> program) throws Failures.Failure {
    command = new ArrayList<>();
    if (Files.isExecutable(SETSID)) {
      command.add(SETSID.toString());
    }
    command.add(found(program.get(0)).toString());
    command.addAll(program.subList(1, program.size()));
  }

  private static Path found(String name) throws Failures.Failure {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
    List<String> folders = name.contains("/") ? List.of("") : List.of(path.split(":", -1));
    for (String folder : folders) {
      Path file = Path.of(folder).resolve(name).toAbsolutePath();
      if (Files.isRegularFile(file) && Files.isExecutable(file)) {
        return file;
      }
    }
    throw new Failures.Failure(
        name + " cannot be executed: give the full path, and make it executable");
  }

  @Override
  public DecideAnswer provider(byte[] event, Duration limit) throws InterruptedException {
    Process process;
    try {
      process = start(event);
    } catch (IOException e) {
      return DecideAnswer.none("not run: " + e.getMessage());
    }
    Reason reason = new Reason(process.getErrorStream());
    try {
      boolean ended = process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
      if (!ended) {
        kill(process);
        return DecideAnswer.none("ended with its children after " + limit.toMillis() + " ms");
      }
      killGroup(process); // remaining children would hold stderr open
      reason.await();
      if (stopping()) {
        return DecideAnswer.none("stopping");
      }
      return answer(process.exitValue(), reason.text());
    } finally {
      forget(process);
    }
  }

  /** Starts the program. stdin is a file, so no thread waits for a program that does not read. */
  private Process start(byte[] event) throws IOException {
    Path stdin = Files.createTempFile("hookbridge-decide", ".json");
    try {
      Files.write(stdin, event);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(stdin.toFile())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD);
      synchronized (running) {
        if (closed) {
          throw new IOException("stopping");
        }
        Process process = builder.start();
        running.add(process);
        return process;
      }
    } finally {
      Files.delete(stdin);
    }
  }

  private boolean stopping() {
    synchronized (running) {
      return closed;
    }
  }

  private void forget(Process process) {
    synchronized (running) {
      running.remove(process);
    }
  }

  private static DecideAnswer answer(int exit, byte[] stderr) {
    return switch (exit) {
      case 0 -> DecideAnswer.allow();
      case 1 -> DecideAnswer.veto(DecideText.printable(stderr));
      default -> {
        String how = exit > SIGNALLED ? "signal " + (exit - SIGNALLED) : "exit " + exit;
        String said = DecideText.printable(stderr);
        yield DecideAnswer.none(said.isEmpty() ? how : how + ", " + said);
      }
    };
  }

  /**
   * Kills the program first, because it could treat the end of a child as an answer. Then it kills
   * the children and the session's process group, because a child's parent may be gone.
   */
  private void kill(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    killGroup(process);
  }

  /**
   * Kills the process group with a shell's {@code kill}, because Java has no process groups. The
   * number of an ended group is not reused for a while: the kernel assigns all other numbers first.
   */
  private void killGroup(Process process) {
    if (command.get(0).equals(SETSID.toString())) {
      try {
        new ProcessBuilder("sh", "-c", "kill -s KILL -- -" + process.pid())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
      } catch (IOException e) {
        // Without a shell, only the descendants can be killed.
      }
    }
  }

  @Override
  public void close() {
    List<Process> left;
    synchronized (running) {
      closed = true;
      left = List.copyOf(running);
    }
    left.forEach(this::kill);
  }

  /** Reads stderr to its end and keeps the first 8 KiB. */
  private static final class Reason {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final Thread reader;

    Reason(InputStream stderr) {
      reader = new Thread(() -> read(stderr), "decide-stderr");
      reader.setDaemon(true);
      reader.start();
    }

    private void read(InputStream stderr) {
      byte[] buffer = new byte[STDERR];
      try (stderr) {
        for (int count = stderr.read(buffer); count >= 0; count = stderr.read(buffer)) {
          synchronized (kept) {
            kept.write(buffer, 0, Math.min(count, STDERR - kept.size()));
          }
        }
      } catch (IOException e) {
        return; // the text so far is the reason
      }
    }

    /**
     * Waits up to 200 ms for the end of stderr, which follows soon after the end of the program.
     */
    void await() throws InterruptedException {
      reader.join(REST_MS);
    }

    byte[] text() {
      synchronized (kept) {
        return kept.toByteArray();
      }
    }
  }
}
