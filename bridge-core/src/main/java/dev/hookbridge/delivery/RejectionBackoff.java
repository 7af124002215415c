package dev.hookbridge.delivery;

import java.util.ArrayDeque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The lanes whose event the broker has rejected for now, most often because a queue is full. Other
 * queues of the same exchange may have taken a copy, and get another one with every attempt. So one
 * lane tries at a time while the others wait. The pause between attempts doubles with each
 * rejection and halves with each success. A success lets the next lane go at once; after some
 * successes in a row two lanes, so that all go soon once there is room.
 *
 * <p>Lanes try in turn, since each may have a queue of its own. Used by the sink worker's thread
 * alone; times are those of {@link System#nanoTime}.
 */
final class RejectionBackoff {
  static final long FIRST = TimeUnit.MILLISECONDS.toNanos(100);
  static final long LONGEST = TimeUnit.SECONDS.toNanos(10);

  /** Each lane tries once in this time, however many there are. */
  static final long TURN = TimeUnit.MINUTES.toNanos(5);

  private static final int STEADY = 8;

  private final ArrayDeque<OrderingKey> waiting = new ArrayDeque<>();
  private long pause = FIRST;
  private long nextAt;
  private int trying;
  private int credit;
  private int streak;

  /** The broker has rejected this lane's event: it waits behind those that wait already. */
  void rejected(OrderingKey lane, long now) {
    boolean first = waiting.isEmpty() && trying == 0;
    boolean paused = !first && nextAt - now > 0; // another attempt has failed meanwhile
    if (first) {
      pause = FIRST;
      nextAt = now + shifted(pause);
    } else if (lane.trying && !paused) {
      pause = Math.min(LONGEST, 2 * pause);
      nextAt = now + shifted(Math.min(pause, Math.max(FIRST, TURN / (waiting.size() + 1))));
    }
    left(lane);
    credit = 0;
    streak = 0;
    waiting.add(lane);
  }

  private static long shifted(long pause) {
    return pause - (long) (pause * 0.2 * ThreadLocalRandom.current().nextDouble());
  }

  /** The lane's event is done with; if the lane was trying, there is room. */
  void taken(OrderingKey lane, long now) {
    if (lane.trying) {
      left(lane);
      pause = Math.max(FIRST, pause / 2);
      nextAt = now;
      credit += ++streak > STEADY ? 2 : 1;
    }
  }

  /** The lane no longer tries, for a reason that says nothing about room. */
  void left(OrderingKey lane) {
    if (lane.trying) {
      lane.trying = false;
      trying--;
    }
  }

  /** The next lane that may try now, or null. */
  @Nullable OrderingKey next(long now) {
    if (waiting.isEmpty() || (credit == 0 && (trying > 0 || nextAt - now > 0))) {
      return null;
    }
    credit = Math.max(0, credit - 1);
    OrderingKey lane = waiting.remove();
    lane.trying = true;
    trying++;
    return lane;
  }

  /** The ns until the next lane may try, or a long time when an outcome has to come first. */
  long pause(long now) {
    return waiting.isEmpty() || trying > 0 ? Long.MAX_VALUE : Math.max(0, nextAt - now);
  }
}
