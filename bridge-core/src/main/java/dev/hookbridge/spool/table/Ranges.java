package dev.hookbridge.spool.table;

import java.util.Arrays;

/**
 * A set of numbers from 1 on, kept as ranges that neither overlap nor touch. Sixteen bytes a range,
 * since a sink may have a hundred thousand of them. Not safe between threads.
 *
 * <p>As text: {@code 1-1042,1050,1060-1069}.
 */
public final class Ranges {
  private static final int SMALLEST = 8;
  private long[] firsts;
  private long[] lasts;
  private int size;

  public Ranges() {
    this(new long[SMALLEST], new long[SMALLEST], 0);
  }

  private Ranges(long[] firsts, long[] lasts, int size) {
    this.firsts = firsts;
    this.lasts = lasts;
    this.size = size;
  }

  /** All numbers from one to another. */
  public static Ranges of(long first, long last) {
    Ranges ranges = new Ranges();
    ranges.add(first, last);
    return ranges;
  }

  public static Ranges parse(String text) {
    Ranges ranges = new Ranges();
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int dash = part.indexOf('-');
      long first = Long.parseLong(dash < 0 ? part : part.substring(0, dash));
      ranges.add(first, dash < 0 ? first : Long.parseLong(part.substring(dash + 1)));
    }
    return ranges;
  }

  public Ranges copy() {
    return new Ranges(Arrays.copyOf(firsts, firsts.length), lasts.clone(), size);
  }

  public int size() {
    return size;
  }

  public long first(int index) {
    return firsts[index];
  }

  public long last(int index) {
    return lasts[index];
  }

  /** The number up to which all are in the set. */
  long low() {
    return size > 0 && firsts[0] == 1 ? lasts[0] : 0;
  }

  /** How many numbers are in the set. */
  long count() {
    long count = 0;
    for (int i = 0; i < size; i++) {
      count += lasts[i] - firsts[i] + 1;
    }
    return count;
  }

  public boolean contains(long number) {
    int index = reaching(number);
    return index < size && firsts[index] <= number;
  }

  /** The least number from this one on that is not in the set. */
  long nextAbsent(long from) {
    int index = reaching(from);
    return index < size && firsts[index] <= from ? lasts[index] + 1 : from;
  }

  /** The least number from this one on that is in the set, {@code Long.MAX_VALUE} if none is. */
  long nextPresent(long from) {
    int index = reaching(from);
    return index == size ? Long.MAX_VALUE : Math.max(from, firsts[index]);
  }

  public void add(long first, long last) {
    if (first < 1 || last < first) {
      throw new IllegalArgumentException("no range of numbers: " + first + " to " + last);
    }
    int from = reaching(first - 1);
    int to = from;
    long least = first;
    long most = last;
    while (to < size && firsts[to] <= last + 1) {
      least = Math.min(least, firsts[to]);
      most = Math.max(most, lasts[to]);
      to++;
    }
    replace(from, to);
    firsts[from] = least;
    lasts[from] = most;
  }

  public void add(Ranges more) {
    for (int i = 0; i < more.size; i++) {
      add(more.firsts[i], more.lasts[i]);
    }
  }

  /** The highest number in the set, 0 when it is empty. */
  long highest() {
    return size == 0 ? 0 : lasts[size - 1];
  }

  /** The index of the first range that ends at this number or above it. */
  private int reaching(long number) {
    int found = Arrays.binarySearch(lasts, 0, size, number);
    return found >= 0 ? found : -found - 1;
  }

  /** Makes room for one range in the place of those from {@code from} to before {@code to}. */
  private void replace(int from, int to) {
    int grown = size + 1 - (to - from);
    if (grown > firsts.length) {
      firsts = Arrays.copyOf(firsts, 2 * firsts.length);
      lasts = Arrays.copyOf(lasts, 2 * lasts.length);
    }
    System.arraycopy(firsts, to, firsts, from + 1, size - to);
    System.arraycopy(lasts, to, lasts, from + 1, size - to);
    size = grown;
  }

  /** The numbers that are in both sets. */
  public Ranges and(Ranges other) {
    Ranges both = new Ranges();
    int mine = 0;
    int theirs = 0;
    while (mine < size && theirs < other.size) {
      long first = Math.max(firsts[mine], other.firsts[theirs]);
      long last = Math.min(lasts[mine], other.lasts[theirs]);
      if (first <= last) {
        both.add(first, last);
      }
      if (lasts[mine] < other.lasts[theirs]) {
        mine++;
      } else {
        theirs++;
      }
    }
    return both;
  }

  /** The numbers that are in this set and not in the other. */
  public Ranges without(Ranges other) {
    Ranges rest = new Ranges();
    for (int i = 0; i < size; i++) {
      long from = other.nextAbsent(firsts[i]);
      while (from <= lasts[i]) {
        long until = Math.min(lasts[i], other.nextPresent(from) - 1);
        rest.add(from, until);
        from = other.nextAbsent(until + 1);
      }
    }
    return rest;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < size; i++) {
      text.append(i == 0 ? "" : ",").append(firsts[i]);
      if (lasts[i] > firsts[i]) {
        text.append('-').append(lasts[i]);
      }
    }
    return text.toString();
  }
}
