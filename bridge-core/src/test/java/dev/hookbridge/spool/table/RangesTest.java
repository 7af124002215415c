package dev.hookbridge.spool.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RangesTest {
  private static final int NUMBERS = 120;

  @Test
  void rangesThatTouchBecomeOne() {
    Ranges ranges = Ranges.parse("2-3,7");
    ranges.add(4, 6);
    assertThat(ranges).hasToString("2-7");
    assertThat(ranges.low()).isZero();
    ranges.add(1, 1);
    assertThat(ranges.low()).isEqualTo(7);
  }

  @Test
  void invalidRangeIsRefused() {
    assertThatThrownBy(() -> Ranges.parse("5-3")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Ranges.parse("0")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Ranges.parse("1,,2")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theyAgreeWithSetsOfNumbers() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      BitSet expected = new BitSet();
      Ranges ranges = fill(random, expected);
      BitSet expectedOther = new BitSet();
      Ranges other = fill(random, expectedOther);
      agree(ranges, expected, seed);
      agree(Ranges.parse(ranges.toString()), expected, seed);
      BitSet both = (BitSet) expected.clone();
      both.and(expectedOther);
      agree(ranges.and(other), both, seed);
      BitSet rest = (BitSet) expected.clone();
      rest.andNot(expectedOther);
      agree(ranges.without(other), rest, seed);
    }
  }

  private static Ranges fill(Random random, BitSet expected) {
    Ranges ranges = new Ranges();
    int adds = random.nextInt(40);
    for (int i = 0; i < adds; i++) {
      int first = 1 + random.nextInt(NUMBERS);
      int last = first + (random.nextBoolean() ? 0 : random.nextInt(8));
      ranges.add(first, last);
      expected.set(first, last + 1);
    }
    return ranges;
  }

  private static void agree(Ranges ranges, BitSet expected, long seed) {
    String as = "seed " + seed;
    assertThat(ranges.count()).as(as).isEqualTo(expected.cardinality());
    assertThat(ranges.low()).as(as).isEqualTo(expected.nextClearBit(1) - 1);
    for (int number = 1; number < NUMBERS + 10; number++) {
      assertThat(ranges.contains(number)).as(as).isEqualTo(expected.get(number));
      assertThat(ranges.nextAbsent(number)).as(as).isEqualTo(expected.nextClearBit(number));
      int next = expected.nextSetBit(number);
      assertThat(ranges.nextPresent(number)).as(as).isEqualTo(next < 0 ? Long.MAX_VALUE : next);
    }
    for (int i = 1; i < ranges.size(); i++) {
      assertThat(ranges.first(i)).as(as).isGreaterThan(ranges.last(i - 1) + 1);
    }
  }
}
