package dev.hookbridge.spool.state;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.table.Cursor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The changes of the current transaction to numbers and cursors. Memory is updated after the
 * commit. Without a commit nothing changes.
 */
public final class Transaction {
  private final Map<Cursor, Cursor.Snapshot> cursors = new HashMap<>();
  private final Map<String, Cursor> added = new HashMap<>();
  private final Set<String> removed = new HashSet<>();
  private final List<Numbered> stored = new ArrayList<>();
  private long last;
  private long events;
  private boolean trimmed;
  private boolean parked;

  Transaction(long last, long events) {
    this.last = last;
    this.events = events;
  }

  /** Returns the highest sequence number, including those of this transaction. */
  public long last() {
    return last;
  }

  long events() {
    return events;
  }

  /** Returns the next sequence number. */
  public long next() {
    return ++last;
  }

  /** Skips the numbers up to this one: they were already used. */
  void skipTo(long number) {
    last = Math.max(last, number);
  }

  /** An event with its sequence number. */
  record Numbered(long sequence, Envelope event) {}

  void store(long sequence, Envelope event) {
    stored.add(new Numbered(sequence, event));
    events++;
  }

  /** Returns the events that this transaction stores, in the order of their numbers. */
  List<Numbered> stored() {
    return stored;
  }

  void deleted(long count) {
    events -= count;
  }

  /**
   * Returns the snapshot of a cursor that this transaction saves. Later calls return the same
   * snapshot, even if the sink confirms more in the meantime.
   */
  public Cursor.Snapshot of(Cursor cursor) {
    return cursors.computeIfAbsent(cursor, Cursor::snapshot);
  }

  Collection<Cursor.Snapshot> snapshots() {
    return cursors.values();
  }

  /** Adds the cursor of a new sink. */
  public void add(Cursor cursor) {
    added.put(cursor.sink(), cursor);
    of(cursor);
  }

  /** Removes a sink that is no longer configured. */
  public void remove(String sink) {
    removed.add(sink);
  }

  Map<String, Cursor> added() {
    return added;
  }

  Set<String> removed() {
    return removed;
  }

  /** Records that the transaction adds a dead letter. */
  public void park() {
    parked = true;
  }

  boolean parked() {
    return parked;
  }

  /** Records that no event is left that all sinks have confirmed. */
  public void trim() {
    trimmed = true;
  }

  boolean trimmed() {
    return trimmed;
  }
}
