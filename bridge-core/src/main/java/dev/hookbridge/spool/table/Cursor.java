package dev.hookbridge.spool.table;

import java.util.ArrayList;
import java.util.List;

/**
 * What one sink has confirmed: every number up to {@link #low()}, and ranges of numbers above it.
 * Memory is ahead of the disk by at most a second. After a crash the sink gets again what it
 * confirmed in that second. Thread-safe.
 */
public final class Cursor {
  /** The number of ranges above the low-water mark at which the sink stops reading ahead. */
  static final int MOST_RANGES = 100_000;

  private final String sink;
  private final Ranges confirmed;
  private long version;
  private long savedVersion;

  public Cursor(String sink, Ranges confirmed) {
    this.sink = sink;
    this.confirmed = confirmed;
  }

  public String sink() {
    return sink;
  }

  /** Returns the low-water mark: every number up to this one is confirmed. */
  public synchronized long low() {
    return confirmed.low();
  }

  /** Confirms an event: the sink's broker has it, or it was dropped, or it became a dead letter. */
  public synchronized void confirm(long sequence) {
    confirmed.add(sequence, sequence);
    version++;
  }

  public synchronized boolean confirmed(long sequence) {
    return confirmed.contains(sequence);
  }

  /** Returns the number of confirmed ranges above {@link #low()}. */
  public synchronized int pendingRanges() {
    return confirmed.low() > 0 ? confirmed.size() - 1 : confirmed.size();
  }

  /**
   * Returns whether the sink may get events beyond those that it has not confirmed. It may not
   * while 100,000 ranges lie above {@link #low()}, because each range costs memory and is saved
   * every second.
   */
  public boolean mayReadAhead() {
    return pendingRanges() < MOST_RANGES;
  }

  /** Returns how many numbers are confirmed. */
  public synchronized long count() {
    return confirmed.count();
  }

  /** Returns the lowest number that is not confirmed and not below {@code from}. */
  public synchronized long nextAbsent(long from) {
    return confirmed.nextAbsent(from);
  }

  /**
   * Returns the lowest number that is confirmed and not below {@code from}; {@code Long.MAX_VALUE}
   * when there is none.
   */
  public synchronized long nextPresent(long from) {
    return confirmed.nextPresent(from);
  }

  /** Returns whether something was confirmed since the last save. */
  public synchronized boolean dirty() {
    return version != savedVersion;
  }

  /** Returns a copy of what is confirmed now, for a transaction to save. */
  public synchronized Snapshot snapshot() {
    return new Snapshot(this, confirmed.copy(), version);
  }

  private synchronized void saved(Snapshot snapshot) {
    for (long[] range : snapshot.added) {
      confirmed.add(range[0], range[1]);
    }
    savedVersion = snapshot.version;
  }

  /**
   * The copy of a cursor that a transaction saves, with the numbers that the transaction itself
   * adds.
   */
  public static final class Snapshot {
    private final Cursor cursor;
    private final Ranges ranges;
    private final long version;
    private final List<long[]> added = new ArrayList<>();

    private Snapshot(Cursor cursor, Ranges ranges, long version) {
      this.cursor = cursor;
      this.ranges = ranges;
      this.version = version;
    }

    public String sink() {
      return cursor.sink;
    }

    /** Returns the confirmed numbers. Do not change them. */
    public Ranges ranges() {
      return ranges;
    }

    /** Adds a range of numbers to this snapshot. */
    public void add(long first, long last) {
      ranges.add(first, last);
      added.add(new long[] {first, last});
    }

    /** Adds numbers to this snapshot. */
    public void add(Ranges more) {
      for (int i = 0; i < more.size(); i++) {
        add(more.first(i), more.last(i));
      }
    }

    /** Updates the cursor in memory, after the transaction is committed. */
    public void committed() {
      cursor.saved(this);
    }
  }
}
