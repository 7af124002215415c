package dev.hookbridge.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/**
 * A time that is promised, for instance that a sink closes within 2 s. A test may run on a slow
 * machine that does other things too, so that it allows {@link #MARGIN} on top. What breaks the
 * promise waits for ever or for a minute; what is merely slow belongs in the benchmark.
 */
public final class Deadline {
  /** What the machine may add to a promised time. */
  public static final Duration MARGIN = Duration.ofSeconds(20);

  private Deadline() {}

  /** Something that is timed. */
  @FunctionalInterface
  public interface Deed<X extends Exception> {
    void run() throws X;
  }

  /** Does it, and fails when it took longer than promised. */
  public static <X extends Exception> void kept(Duration promised, Deed<X> deed) throws X {
    kept(promised, time(deed));
  }

  /** Fails when it took longer than promised. */
  public static void kept(Duration promised, Duration took) {
    assertThat(took).as("promised within %s", promised).isLessThan(promised.plus(MARGIN));
  }

  /** Fails when it took longer than promised, or did not wait for it. */
  public static void waited(Duration promised, Duration took) {
    assertThat(took).isGreaterThan(promised.minusMillis(100));
    kept(promised, took);
  }

  /** How long it takes. */
  public static <X extends Exception> Duration time(Deed<X> deed) throws X {
    long begun = System.nanoTime();
    deed.run();
    return Duration.ofNanos(System.nanoTime() - begun);
  }
}
