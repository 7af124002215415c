package dev.hookbridge.mailbox;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many bytes of events are in memory at a time. The intake, the sink workers and the
 * decisions share one budget, because they share one heap. A request for more than the whole budget
 * takes the whole budget, so such an event passes alone.
 *
 * <p>A caller waits for at most {@link #PATIENCE_SECONDS} and then continues without room, for
 * instance when a broker does not respond. Thread-safe.
 */
public final class ByteBudget {
  /** The part of the heap for everything else. */
  private static final long ELSE = 28L << 20;

  /** The size from which on an event triggers a garbage collection. */
  private static final long LARGE = 9L << 20;

  private static final long LEAST = 8L << 20;
  private static final int PATIENCE_SECONDS = 5;
  private static final int UNIT = 1024;
  private static final ByteBudget OF_HEAP =
      new ByteBudget(Math.max(LEAST, Runtime.getRuntime().maxMemory() - ELSE));

  private final int all;
  private final Semaphore free;

  /** Makes a budget of this many bytes. */
  public ByteBudget(long bytes) {
    this.all = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes / UNIT));
    this.free = new Semaphore(all, true);
  }

  /** Returns the budget of this process. */
  public static ByteBudget ofHeap() {
    return OF_HEAP;
  }

  /** Returns the bytes that are free now. */
  public long available() {
    return (long) free.availablePermits() * UNIT;
  }

  /**
   * Waits until there is room, but not longer than {@link #PATIENCE_SECONDS}. The caller must not
   * hold anything that another thread may wait for.
   *
   * @return the share; it is empty when there was no room in time
   */
  public Share take(long bytes) {
    int units = units(bytes);
    try {
      boolean had = free.tryAcquire(units, PATIENCE_SECONDS, TimeUnit.SECONDS);
      makeRoom(bytes);
      return new Share(had ? units : 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Share(0);
    }
  }

  /**
   * Takes room without waiting. Returns null when there is no room now, or other threads wait for
   * it.
   */
  public @Nullable Share tryTake(long bytes) {
    int units = units(bytes);
    try {
      if (!free.tryAcquire(units, 0, TimeUnit.SECONDS)) {
        return null;
      }
      makeRoom(bytes);
      return new Share(units);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /**
   * Runs the garbage collector before a large event. The JVM would otherwise grow the heap to its
   * maximum first. The large event before this one is garbage by now.
   */
  private void makeRoom(long bytes) {
    if (this == OF_HEAP && bytes >= LARGE) {
      System.gc();
    }
  }

  private int units(long bytes) {
    return (int) Math.min(all, (bytes + UNIT - 1) / UNIT);
  }

  /** A part of the budget, which is in use until it is closed. */
  public final class Share implements AutoCloseable {
    private final AtomicInteger units;

    private Share(int units) {
      this.units = new AtomicInteger(units);
    }

    /** Returns the share to the budget. Further calls do nothing. */
    @Override
    public void close() {
      free.release(units.getAndSet(0));
    }
  }
}
