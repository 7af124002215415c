package dev.hookbridge.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The agent is killed at random moments and the broker is stopped, killed and halted, while several
 * guests live: every hook returns 0 in its usual time, and every one of them reaches the consumer,
 * each guest's in the order in which they were called.
 */
class KilledIT {
  private static final int GUESTS = 4;
  private static final int LIVES = Boolean.getBoolean("hookbridge.full") ? 400 : 40;

  @TempDir Path folder;
  private Random random;

  static Stream<Named<Supplier<Site>>> sites() {
    return Stream.of(Named.of("Kafka", Site::kafka), Named.of("RabbitMQ", Site::rabbitmq));
  }

  @ParameterizedTest
  @MethodSource("sites")
  void nothingIsLost(Supplier<Site> making) throws Exception {
    long seed = Long.getLong("hookbridge.seed", System.nanoTime());
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    random = new Random(seed);
    try (Site site = making.get();
        Host host = new Host(folder, "kvm-07", site.sink())) {
      assertThat(host.hookbridge("check", "--create").exit()).isZero();
      host.startAgent();
      Hooks hooks = new Hooks(host);
      List<Throwable> failures = new ArrayList<>();
      Thread.UncaughtExceptionHandler note = (thread, e) -> failures.add(e);
      Thread[] guests = hooks.live(GUESTS, LIVES);
      for (Thread guest : guests) {
        guest.setUncaughtExceptionHandler(note);
      }
      int faults = hurt(site, host, hooks, guests);
      for (Thread guest : guests) {
        guest.join();
      }
      assertThat(failures).isEmpty();
      if (!host.agentLives()) {
        host.startAgent();
      }
      System.out.println(hooks.fired() + " hooks, " + faults + " faults");
      assertThat(faults).isGreaterThan(2);
      allArrive(site, host);
    }
  }

  /** One fault after the other, each after so many further hooks, until the guests are done. */
  private int hurt(Site site, Host host, Hooks hooks, Thread[] guests) throws Exception {
    int faults = 0;
    while (Stream.of(guests).anyMatch(Thread::isAlive)) {
      int from = hooks.fired();
      int more = 20 + random.nextInt(100);
      Awaitility.await()
          .atMost(Duration.ofMinutes(5))
          .until(
              () -> hooks.fired() >= from + more || Stream.of(guests).noneMatch(Thread::isAlive));
      faults++;
      switch (random.nextInt(4)) {
        case 0 -> {
          site.broker().kill();
          site.broker().start();
        }
        case 1 -> {
          site.broker().stop();
          site.broker().start();
        }
        default -> {
          host.killAgent();
          host.startAgent();
        }
      }
    }
    return faults;
  }

  private static void allArrive(Site site, Host host) throws Exception {
    List<Consumer.Message> all = new ArrayList<>();
    try (Consumer consumer = site.consumer()) {
      Awaitility.await("every event")
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofSeconds(1))
          .until(
              () -> {
                all.clear();
                all.addAll(consumer.all());
                return Consumer.hooks(all).size() >= GUESTS * LIVES * 5;
              });
    }
    Map<String, List<String>> lives = Consumer.lives(all);
    assertThat(lives).hasSize(GUESTS);
    lives.forEach(
        (guest, events) ->
            assertThat(events).as("%s%n%s", guest, host.log()).isEqualTo(Hooks.expected(LIVES)));
    System.out.println(
        all.size() + " messages, " + Consumer.hooks(all).size() + " different hook events");
  }
}
