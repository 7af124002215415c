package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Sink;
import dev.hookbridge.mailbox.ByteBudget;
import dev.hookbridge.spool.table.SpooledEvent;
import dev.hookbridge.testing.SampleEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * Tests the window against a model of an exchange with bounded queues, with a simulated clock. A
 * queue with free space gets every attempt, even one that another queue rejects. RabbitMQ's {@code
 * reject-publish} does the same.
 */
class WindowModelTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final int ROUNDS = Boolean.getBoolean("hookbridge.full") ? 500 : 50;
  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final SampleEvents events = new SampleEvents(seed);
  private final List<Queue> queues = new ArrayList<>();
  private final PriorityQueue<Answer> answers = new PriorityQueue<>();
  private final Map<Long, Envelope> all = new HashMap<>();
  private final Window window = new Window(new OneByOne(), 4 << 20, 0, () -> now());
  private final ByteBudget budget = new ByteBudget(64 << 20);
  private long now = random.nextLong(); // a nanoTime can be any value
  private long sends;
  private long left;
  private boolean otherTrouble;

  private record Answer(long at, InFlightEvent item, String what) implements Comparable<Answer> {
    @Override
    public int compareTo(Answer other) {
      return Long.signum(at - other.at);
    }
  }

  /** A queue to which the events of some guests are routed. */
  private static final class Queue {
    final Set<String> guests = new HashSet<>();
    final List<Envelope> got = new ArrayList<>();
    int room;
  }

  private static final class OneByOne implements Sink {
    @Override
    public Ordering ordering() {
      return Ordering.ONE_BY_ONE;
    }

    @Override
    public String orderingKey(Envelope envelope) {
      return envelope.key();
    }

    @Override
    public int maxEventBytes() {
      return 1 << 20;
    }

    @Override
    public void send(Envelope envelope, Consumer<Outcome> outcome) {}

    @Override
    public void close() {}
  }

  private long now() {
    return now;
  }

  @RepeatedTest(5)
  void orderHoldsForEachKeyWhateverIsFullAndAllGoesOutSoonOnceThereIsRoom() {
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    otherTrouble = true;
    int guests = 1 + random.nextInt(60);
    for (int q = 0; q < 1 + random.nextInt(4); q++) {
      Queue queue = queue(random.nextInt(20));
      for (int guest = 0; guest < guests; guest++) {
        if (q == 0 || random.nextBoolean()) {
          queue.guests.add("guest-" + guest);
        }
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      append(events.mixed(random.nextInt(20), guests, 100));
      queues.forEach(queue -> queue.room += random.nextInt(3) == 0 ? random.nextInt(9) : 0);
      run(random.nextLong(5 * SECOND));
    }
    queues.forEach(queue -> queue.room = Integer.MAX_VALUE);
    otherTrouble = false;
    run(90 * SECOND); // 60 s for a key that was held for another reason
    assertThat(left).isZero();
    queues.forEach(this::assertInOrder);
  }

  @Test
  void aQueueWithRoomGetsFewCopiesWhileAnotherIsFull() {
    int guests = 31;
    Queue full = queue(5);
    Queue healthy = queue(Integer.MAX_VALUE);
    for (int guest = 0; guest < guests; guest++) {
      full.guests.add("guest-" + guest);
      healthy.guests.add("guest-" + guest);
    }
    append(events.mixed(500, guests, 100));
    run(60 * SECOND);
    assertThat(sends).as("one for each key, then one at a time").isLessThanOrEqualTo(guests + 20);
    long before = sends;
    run(600 * SECOND);
    assertThat(sends - before).as("in ten minutes").isLessThanOrEqualTo(600 / 8);
    full.room = Integer.MAX_VALUE;
    run(15 * SECOND);
    assertThat(left).isZero();
    assertInOrder(full);
    assertInOrder(healthy);
  }

  /** This costs the other queue some copies of each event, but not many. */
  @Test
  void aQueueThatIsReadSlowlyIsFedAsFastAsItIsRead() {
    Queue slow = queue(5);
    for (int guest = 0; guest < 20; guest++) {
      slow.guests.add("guest-" + guest);
    }
    append(events.mixed(300, 20, 100));
    for (int second = 0; second < 200; second++) {
      slow.room++;
      run(SECOND);
    }
    assertThat(slow.got.size()).isBetween(180, 205);
    assertThat(sends).isLessThan(205 * 4);
  }

  /** One of many keys has its own queue with free space. Its turn comes. */
  @Test
  void everyKeyTriesInItsTurn() {
    for (int guest = 0; guest < 200; guest++) {
      queue(0).guests.add("guest-" + guest);
    }
    append(events.mixed(2_000, 200, 100));
    run(60 * SECOND);
    queues.get(137).room = Integer.MAX_VALUE;
    long waiting = left;
    run(RejectionBackoff.TURN + 60 * SECOND);
    assertThat(waiting - left).isEqualTo(queues.get(137).got.size()).isPositive();
  }

  private Queue queue(int room) {
    Queue queue = new Queue();
    queue.room = room;
    queues.add(queue);
    return queue;
  }

  private void append(List<Envelope> more) {
    for (Envelope event : more) {
      long sequence = all.size() + 1L;
      all.put(sequence, event);
      window.add(new SpooledEvent(sequence, event), Reduction.Step.NONE, budget.take(1));
      left++;
    }
  }

  private void run(long nanos) {
    long end = now + nanos;
    while (end - now > 0) {
      long pause = window.release();
      for (InFlightEvent item = window.next(); item != null; item = window.next()) {
        item.envelope = null;
        answers.add(new Answer(now + 1 + random.nextInt(20_000_000), item, publish(item)));
      }
      Answer next = answers.peek();
      long wait = Math.min(pause, next == null ? Long.MAX_VALUE : Math.max(0, next.at - now));
      now += Math.min(Math.max(1, wait), end - now);
      while (!answers.isEmpty() && answers.peek().at - now <= 0) {
        settle(answers.remove());
      }
    }
  }

  private String publish(InFlightEvent item) {
    sends++;
    Envelope event = all.get(item.sequence);
    if (otherTrouble && random.nextInt(20) == 0) {
      return "held";
    }
    boolean rejected = false;
    for (Queue queue : queues) {
      if (queue.guests.contains(event.route().object())) {
        if (queue.room > 0) {
          queue.room--;
          queue.got.add(event);
        } else {
          rejected = true;
        }
      }
    }
    return rejected ? "rejected" : "confirmed";
  }

  private void settle(Answer answer) {
    if (answer.what.equals("confirmed")) {
      left--;
      window.done(answer.item);
    } else if (answer.what.equals("rejected")) {
      window.reject(answer.item);
    } else {
      window.hold(answer.item, 5 * SECOND);
    }
  }

  private void assertInOrder(Queue queue) {
    Set<Envelope> first = new LinkedHashSet<>(queue.got);
    Map<String, List<Envelope>> got = new HashMap<>();
    first.forEach(event -> got.computeIfAbsent(event.key(), k -> new ArrayList<>()).add(event));
    Map<String, List<Envelope>> wanted = new HashMap<>();
    for (long sequence = 1; sequence <= all.size(); sequence++) {
      Envelope event = all.get(sequence);
      if (queue.guests.contains(event.route().object())) {
        wanted.computeIfAbsent(event.key(), k -> new ArrayList<>()).add(event);
      }
    }
    assertThat(got).as("seed " + seed).isEqualTo(wanted);
  }
}
