package dev.hookbridge.spool;

/**
 * The bounds an operator sets.
 *
 * @param maxBytes what the spool's files may take on disk, the write-ahead log and the ballast
 *     included; at least {@link #LEAST_BYTES}
 * @param whenFull what goes when that is reached
 * @param deadEvents how many dead letters a sink may have
 * @param deadBytes how many bytes the dead letters of a sink may have
 */
public record Limits(long maxBytes, WhenFull whenFull, int deadEvents, long deadBytes) {
  /** The smallest bound that leaves room to work. */
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

  /** With room for 10,000 dead letters a sink, and an eighth of the bytes, at most 256 MiB. */
  public Limits(long maxBytes, WhenFull whenFull) {
    this(maxBytes, whenFull, DEAD_EVENTS, Math.min(MOST_DEAD_BYTES, maxBytes / DEAD_SHARE));
  }
}
