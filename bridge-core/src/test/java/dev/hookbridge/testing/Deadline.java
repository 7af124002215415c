package dev.hookbridge.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/**
 * Checks a guaranteed time limit, for example that a sink closes within 2 s. A test may run on a
 * slow and busy machine, so the check adds {@link #MARGIN}. Code that breaks the guarantee waits a
 * minute or without end. Code that is only slow belongs in the benchmark.
 */
public final class Deadline {
  /** The time that the machine may add to a limit. */
  public static final Duration MARGIN = Duration.ofSeconds(20);

  private Deadline() {}

  /** An action that is timed. */
  @FunctionalInterface
  public interface Deed<X extends Exception> {
    void run() throws X;
  }

  /** Runs an action, and fails when it takes longer than guaranteed. */
  public static <X extends Exception> void kept(Duration promised, Deed<X> deed) throws X {
    kept(promised, time(deed));
  }

  /** Fails when an action took longer than guaranteed. */
  public static void kept(Duration promised, Duration took) {
    assertThat(took).as("promised within %s", promised).isLessThan(promised.plus(MARGIN));
  }

  /** Fails when an action took longer than guaranteed, or ended before the time. */
  public static void waited(Duration promised, Duration took) {
    assertThat(took).isGreaterThan(promised.minusMillis(100));
    kept(promised, took);
  }

  /** Runs an action and returns how long it took. */
  public static <X extends Exception> Duration time(Deed<X> deed) throws X {
    long begun = System.nanoTime();
    deed.run();
    return Duration.ofNanos(System.nanoTime() - begun);
  }
}
