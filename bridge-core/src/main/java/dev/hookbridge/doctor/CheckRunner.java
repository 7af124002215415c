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
 * Looks at one thing after the other and tells of each. A look that does not end in time is a
 * failure and is left alone: a thread that waits for a frozen disk cannot be stopped, and what it
 * returns later is not heard.
 */
final class CheckRunner {
  /** Longer than anything here may take on a host that is busy but well. */
  static final Duration PATIENCE = Duration.ofSeconds(15);

  private final PrintStream out;

  CheckRunner(PrintStream out) {
    this.out = out;
  }

  List<Check> look(String what, Callable<List<Check>> look) {
    return look(what, PATIENCE, look);
  }

  /** Tells what was found, and returns it. */
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

  void say(DoctorLine line) {
    out.println(line);
    out.flush();
  }
}
