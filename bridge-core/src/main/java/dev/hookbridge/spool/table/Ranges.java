package dev.hookbridge.spool.table;

import java.util.Arrays;

/**
 * A set of numbers from 1 on, stored as ranges that do not overlap or touch. A range takes 16
 * bytes, because a sink may have 100,000 ranges. Not thread-safe.
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

  /** Returns the set of all numbers from {@code first} to {@code last}. */
  public static Ranges of(long first, long last) {
    Ranges ranges = new Ranges();
    ranges.add(first, last);
    return ranges;
  }

  /**
   * Parses the text form.
   *
   * @throws IllegalArgumentException when the text is not a list of ranges
   */
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

  /** Returns the number of ranges. */
  public int size() {
    return size;
  }

  /** Returns the first number of a range. */
  public long first(int index) {
    return firsts[index];
  }

  /** Returns the last number of a range. */
  public long last(int index) {
    return lasts[index];
  }

  /** Returns the low-water mark: the set contains every number up to this one. */
  long low() {
    return size > 0 && firsts[0] == 1 ? lasts[0] : 0;
  }

  /** Returns how many numbers are in the set. */
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

  /** Returns the lowest number that is not in the set and not below {@code from}. */
  long nextAbsent(long from) {
    int index = reaching(from);
    return index < size && firsts[index] <= from ? lasts[index] + 1 : from;
  }

  /**
   * Returns the lowest number that is in the set and not below {@code from}; {@code Long.MAX_VALUE}
   * when there is none.
   */
  long nextPresent(long from) {
    int index = reaching(from);
    return index == size ? Long.MAX_VALUE : Math.max(from, firsts[index]);
  }

  /** Adds all numbers from {@code first} to {@code last}. */
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

  /** Adds all numbers of another set. */
  public void add(Ranges more) {
    for (int i = 0; i < more.size; i++) {
      add(more.firsts[i], more.lasts[i]);
    }
  }

  /** Returns the highest number in the set; 0 when it is empty. */
  long highest() {
    return size == 0 ? 0 : lasts[size - 1];
  }

  /** Returns the index of the first range that ends at this number or above it. */
  private int reaching(long number) {
    int found = Arrays.binarySearch(lasts, 0, size, number);
    return found >= 0 ? found : -found - 1;
  }

  /** Makes room for one range in place of the ranges from {@code from} to before {@code to}. */
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

  /** Returns the numbers that are in both sets. */
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

  /** Returns the numbers that are in this set and not in the other. */
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
