package dev.hookbridge.delivery;

import java.util.ArrayDeque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Delays the ordering keys whose event the broker has rejected for now, most often because a queue
 * is full. Other queues of the same exchange may have taken a copy, and get another copy with every
 * attempt. So only one key tries at a time while the others wait. The pause between attempts
 * doubles with each rejection and halves with each success. A success lets the next key try at
 * once. After more than 8 successes in a row, each success lets two keys try, so that all keys send
 * soon once there is room.
 *
 * <p>Keys try in turn, because each may have its own queue. Only the sink worker's thread uses it.
 * Times are those of {@link System#nanoTime}.
 */
final class RejectionBackoff {
  static final long FIRST = TimeUnit.MILLISECONDS.toNanos(100);
  static final long LONGEST = TimeUnit.SECONDS.toNanos(10);

  /**
   * The time in which each key tries about once, if there are many keys: the pause is then shorter.
   */
  static final long TURN = TimeUnit.MINUTES.toNanos(5);

  private static final int STEADY = 8;

  private final ArrayDeque<OrderingKey> waiting = new ArrayDeque<>();
  private long pause = FIRST;
  private long nextAt;
  private int trying;
  private int credit;
  private int streak;

  /** Puts a key behind the keys that already wait, because the broker has rejected its event. */
  void rejected(OrderingKey key, long now) {
    boolean first = waiting.isEmpty() && trying == 0;
    boolean paused = !first && nextAt - now > 0; // another attempt has failed in the meantime
    if (first) {
      pause = FIRST;
      nextAt = now + shifted(pause);
    } else if (key.trying && !paused) {
      pause = Math.min(LONGEST, 2 * pause);
      nextAt = now + shifted(Math.min(pause, Math.max(FIRST, TURN / (waiting.size() + 1))));
    }
    left(key);
    credit = 0;
    streak = 0;
    waiting.add(key);
  }

  private static long shifted(long pause) {
    return pause - (long) (pause * 0.2 * ThreadLocalRandom.current().nextDouble());
  }

  /** Records that the key's event is done. If the key was trying, the broker has room. */
  void taken(OrderingKey key, long now) {
    if (key.trying) {
      left(key);
      pause = Math.max(FIRST, pause / 2);
      nextAt = now;
      credit += ++streak > STEADY ? 2 : 1;
    }
  }

  /** Records that the key no longer tries, for a reason that says nothing about room. */
  void left(OrderingKey key) {
    if (key.trying) {
      key.trying = false;
      trying--;
    }
  }

  /** Returns the next key that may try now, or null. */
  @Nullable OrderingKey next(long now) {
    if (waiting.isEmpty() || (credit == 0 && (trying > 0 || nextAt - now > 0))) {
      return null;
    }
    credit = Math.max(0, credit - 1);
    OrderingKey key = waiting.remove();
    key.trying = true;
    trying++;
    return key;
  }

  /**
   * Returns the ns until the next key may try. Returns a very long time when an outcome must come
   * first.
   */
  long pause(long now) {
    return waiting.isEmpty() || trying > 0 ? Long.MAX_VALUE : Math.max(0, nextAt - now);
  }
}
