package dev.hookbridge.spool.table;

import java.util.ArrayList;
import java.util.List;

/**
 * What one sink has confirmed: every number up to {@link #low()}, and ranges of numbers above it.
 * Memory is ahead of the disk by at most a second: after a crash the sink gets again what it
 * confirmed in that second. Safe between threads.
 */
public final class Cursor {
  /** How many ranges above the low-water mark a sink may have and still read ahead. */
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

  /** Every number up to this one is confirmed. */
  public synchronized long low() {
    return confirmed.low();
  }

  /** The sink's broker has this event, or it has been let go or parked: it is done with. */
  public synchronized void confirm(long sequence) {
    confirmed.add(sequence, sequence);
    version++;
  }

  public synchronized boolean confirmed(long sequence) {
    return confirmed.contains(sequence);
  }

  /** How many ranges of confirmed numbers lie above {@link #low()}. */
  public synchronized int pendingRanges() {
    return confirmed.low() > 0 ? confirmed.size() - 1 : confirmed.size();
  }

  /**
   * Whether the sink may be given events beyond those it has not confirmed: false while 100,000
   * ranges lie above {@link #low()}, since each costs memory and is saved every second.
   */
  public boolean mayReadAhead() {
    return pendingRanges() < MOST_RANGES;
  }

  /** How many numbers are confirmed. */
  public synchronized long count() {
    return confirmed.count();
  }

  /** The least number from this one on that is not confirmed. */
  public synchronized long nextAbsent(long from) {
    return confirmed.nextAbsent(from);
  }

  /** The least number from this one on that is confirmed. */
  public synchronized long nextPresent(long from) {
    return confirmed.nextPresent(from);
  }

  public synchronized boolean dirty() {
    return version != savedVersion;
  }

  public synchronized Snapshot snapshot() {
    return new Snapshot(this, confirmed.copy(), version);
  }

  private synchronized void saved(Snapshot snapshot) {
    for (long[] range : snapshot.added) {
      confirmed.add(range[0], range[1]);
    }
    savedVersion = snapshot.version;
  }

  /** A cursor as a transaction writes it: as it was, and with what the transaction itself adds. */
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

    /** To be read only. */
    public Ranges ranges() {
      return ranges;
    }

    public void add(long first, long last) {
      ranges.add(first, last);
      added.add(new long[] {first, last});
    }

    public void add(Ranges more) {
      for (int i = 0; i < more.size(); i++) {
        add(more.first(i), more.last(i));
      }
    }

    /** It is on disk: the cursor in memory follows. */
    public void committed() {
      cursor.saved(this);
    }
  }
}
