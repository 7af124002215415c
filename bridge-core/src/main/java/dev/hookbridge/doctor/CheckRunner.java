package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import dev.hookbridge.command.Failures;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs one check after the other and prints the findings. A check that does not end in time is a
 * failure and is abandoned: a thread that waits for a frozen disk cannot be stopped. Its late
 * result is ignored.
 */
final class CheckRunner {
  /** Default time limit. It is longer than any check here takes on a busy but healthy host. */
  static final Duration PATIENCE = Duration.ofSeconds(15);

  private final PrintStream out;

  CheckRunner(PrintStream out) {
    this.out = out;
  }

  /** Runs a check with the default time limit, prints the findings and returns them. */
  List<Check> look(String what, Callable<List<Check>> look) {
    return look(what, PATIENCE, look);
  }

  /**
   * Runs a check, prints the findings and returns them.
   *
   * @param patience the time limit
   */
  List<Check> look(String what, Duration patience, Callable<List<Check>> look) {
    say(DoctorLine.of(DoctorLine.Kind.LOOKING, what));
    List<Check> found = found(what, patience, look);
    found.forEach(check -> say(DoctorLine.of(check)));
    return found;
  }

  private static List<Check> found(String what, Duration patience, Callable<List<Check>> look) {
    FutureTask<List<Check>> task = new FutureTask<>(look);
    Thread thread = new Thread(task, what);
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      task.cancel(true);
      return List.of(
          Check.failure(
              what,
              "no answer within "
                  + patience.toSeconds()
                  + " s: a disk, a daemon or a broker does not respond; check it first"));
    } catch (ExecutionException e) {
      return List.of(Check.failure(what, Failures.sentence(e.getCause())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  /** Prints a line and flushes it. */
  void say(DoctorLine line) {
    out.println(line);
    out.flush();
  }
}
