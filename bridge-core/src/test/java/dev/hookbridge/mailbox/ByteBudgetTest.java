package dev.hookbridge.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One budget of bytes for all who hold events. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ByteBudgetTest {
  private static final int MIB = 1 << 20;

  @Test
  void eventLargerThanTheBudgetPassesAlone() {
    ByteBudget budget = new ByteBudget(10 * MIB);
    ByteBudget.Share large = budget.take(64 * MIB);
    assertThat(budget.available()).isZero();
    assertThat(budget.tryTake(1)).isNull();
    large.close();
    large.close();
    assertThat(budget.available()).isEqualTo(10 * MIB);
    budget.take(0).close();
    assertThat(budget.available()).isEqualTo(10 * MIB);
  }

  @Test
  void longWaitEndsWithoutBudget() {
    ByteBudget budget = new ByteBudget(MIB);
    ByteBudget.Share stuck = budget.take(MIB);
    ByteBudget.Share late = budget.take(MIB); // nobody gives back
    assertThat(budget.available()).isZero();
    late.close();
    assertThat(budget.available()).isZero();
    stuck.close();
    assertThat(budget.available()).isEqualTo(MIB);
  }

  @Test
  void holdersThatNeverWaitWhileTheyHoldNeverExceedIt() throws InterruptedException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    ByteBudget budget = new ByteBudget(8 * MIB);
    AtomicLong held = new AtomicLong();
    AtomicLong most = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Random random = new Random(seed + i);
      Thread thread =
          new Thread(
              () -> {
                for (int turn = 0; turn < 2_000; turn++) {
                  long bytes = 1 + random.nextInt(12 * MIB);
                  ByteBudget.Share share =
                      random.nextBoolean() ? budget.take(bytes) : budget.tryTake(bytes);
                  if (share != null) {
                    long now = held.addAndGet(Math.min(bytes, 8 * MIB));
                    most.accumulateAndGet(now, Math::max);
                    held.addAndGet(-Math.min(bytes, 8 * MIB));
                    share.close();
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(most.get()).isBetween(1L, 8L * MIB);
    assertThat(budget.available()).isEqualTo(8 * MIB);
    assertThat(Objects.requireNonNull(budget.tryTake(8 * MIB))).isNotNull();
  }
}
