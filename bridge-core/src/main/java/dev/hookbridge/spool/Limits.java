package dev.hookbridge.spool;

/**
 * The limits that an operator sets.
 *
 * @param maxBytes the maximum bytes of the spool's files on disk, including the write-ahead log and
 *     the ballast; at least {@link #LEAST_BYTES}
 * @param whenFull what is dropped when this limit is reached
 * @param deadEvents the maximum number of dead letters of a sink
 * @param deadBytes the maximum bytes of the dead letters of a sink
 */
public record Limits(long maxBytes, WhenFull whenFull, int deadEvents, long deadBytes) {
  /** The smallest {@code maxBytes} with which the spool works. */
  public static final long LEAST_BYTES = 1L << 20;

  private static final int DEAD_EVENTS = 10_000;
  private static final long MOST_DEAD_BYTES = 256L << 20;
  private static final int DEAD_SHARE = 8;

  public Limits {
    if (maxBytes < LEAST_BYTES) {
      throw new IllegalArgumentException(
          "the spool may take " + maxBytes + " bytes, it needs at least " + LEAST_BYTES);
    }
    if (deadEvents < 0 || deadBytes < 0) {
      throw new IllegalArgumentException("a bound of dead letters is negative");
    }
  }

  /**
   * Uses the default limits of dead letters. For each sink these are 10,000 dead letters, and an
   * eighth of {@code maxBytes} but at most 256 MiB.
   */
  public Limits(long maxBytes, WhenFull whenFull) {
    this(maxBytes, whenFull, DEAD_EVENTS, Math.min(MOST_DEAD_BYTES, maxBytes / DEAD_SHARE));
  }
}
