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
 * What the transaction under way does to numbers and cursors. Memory follows when it is committed;
 * when it is not, nothing has happened.
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

  public long last() {
    return last;
  }

  long events() {
    return events;
  }

  /** Gives the next number. */
  public long next() {
    return ++last;
  }

  /** Numbers up to this one were given and are not to be given again. */
  void skipTo(long number) {
    last = Math.max(last, number);
  }

  /** An event that is stored under a number. */
  record Numbered(long sequence, Envelope event) {}

  void store(long sequence, Envelope event) {
    stored.add(new Numbered(sequence, event));
    events++;
  }

  /** What is stored by it, in the order of the numbers. */
  List<Numbered> stored() {
    return stored;
  }

  void deleted(long count) {
    events -= count;
  }

  /** A cursor as this transaction is to save it: one snapshot, whatever is confirmed meanwhile. */
  public Cursor.Snapshot of(Cursor cursor) {
    return cursors.computeIfAbsent(cursor, Cursor::snapshot);
  }

  Collection<Cursor.Snapshot> snapshots() {
    return cursors.values();
  }

  /** A sink that is new. */
  public void add(Cursor cursor) {
    added.put(cursor.sink(), cursor);
    of(cursor);
  }

  /** A sink that is no more. */
  public void remove(String sink) {
    removed.add(sink);
  }

  Map<String, Cursor> added() {
    return added;
  }

  Set<String> removed() {
    return removed;
  }

  /** A dead letter is added. */
  public void park() {
    parked = true;
  }

  boolean parked() {
    return parked;
  }

  /** What all sinks have confirmed is deleted. */
  public void trim() {
    trimmed = true;
  }

  boolean trimmed() {
    return trimmed;
  }
}
