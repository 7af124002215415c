package dev.hookbridge.mailbox;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of events may be in memory at a time: the intake, sink workers and decisions share
 * one budget, since they share one heap. What is larger than all of it is taken for all of it, and
 * so passes alone.
 *
 * <p>A caller waits for {@link #PATIENCE_SECONDS} at most and then goes on without room, for
 * instance when a broker does not answer. Safe between threads.
 */
public final class ByteBudget {
  /** The rest of the heap is for everything else. */
  private static final long ELSE = 28L << 20;

  /** From this size on an event is looked after by itself. */
  private static final long LARGE = 9L << 20;

  private static final long LEAST = 8L << 20;
  private static final int PATIENCE_SECONDS = 5;
  private static final int UNIT = 1024;
  private static final ByteBudget OF_HEAP =
      new ByteBudget(Math.max(LEAST, Runtime.getRuntime().maxMemory() - ELSE));

  private final int all;
  private final Semaphore free;

  public ByteBudget(long bytes) {
    this.all = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes / UNIT));
    this.free = new Semaphore(all, true);
  }

  /** The one of this process. */
  public static ByteBudget ofHeap() {
    return OF_HEAP;
  }

  /** What may be had now, in bytes. */
  public long available() {
    return (long) free.availablePermits() * UNIT;
  }

  /** Waits until there is room; to be called by who holds nothing that another may wait for. */
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

  /** Null when there is no room now, or others wait for it. */
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
   * The heap would rather grow to its most than look for what is garbage; the large event before is
   * garbage by now.
   */
  private void makeRoom(long bytes) {
    if (this == OF_HEAP && bytes >= LARGE) {
      System.gc();
    }
  }

  private int units(long bytes) {
    return (int) Math.min(all, (bytes + UNIT - 1) / UNIT);
  }

  /** A part of the budget, until it is closed. */
  public final class Share implements AutoCloseable {
    private final AtomicInteger units;

    private Share(int units) {
      this.units = new AtomicInteger(units);
    }

    /** Gives it back; more than once does no harm. */
    @Override
    public void close() {
      free.release(units.getAndSet(0));
    }
  }
}
