package dev.hookbridge.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.host.Site;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
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
  private static final int FAULTS = Boolean.getBoolean("hookbridge.full") ? 80 : 8;

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
      host.create();
      host.startAgent();
      Hooks hooks = new Hooks(host);
      List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
      List<Thread> guests = hooks.live(GUESTS, (thread, failure) -> failures.add(failure));
      for (int i = 0; i < FAULTS && failures.isEmpty(); i++) {
        hurt(site, host, hooks, failures);
      }
      hooks.end();
      for (Thread guest : guests) {
        guest.join();
      }
      assertThat(failures).isEmpty();
      System.out.println(hooks.fired() + " hooks, " + FAULTS + " faults");
      host.awaitDelivered();
      allArrive(site, host, hooks);
    }
  }

  /** After so many further hooks one fault, of those that may come at any time. */
  private void hurt(Site site, Host host, Hooks hooks, List<Throwable> failures) throws Exception {
    int until = hooks.fired() + 20 + random.nextInt(100);
    Awaitility.await("further hooks")
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> hooks.fired() >= until || !failures.isEmpty());
    if (random.nextInt(4) > 0) {
      // Most faults hit an agent that is delivering, some one that is starting.
      int published = 1 + random.nextInt(300);
      awaitPublished(host, published, failures);
    }
    switch (random.nextInt(4)) {
      case 0 -> {
        site.broker().kill();
        site.broker().start();
        // RabbitMQ that is killed soon after it has taken a binding may come back without it.
        host.create();
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

  private static void awaitPublished(Host host, int published, List<Throwable> failures) {
    try {
      // RabbitMQ needs a minute to come back beside hooks that are called without a pause.
      Awaitility.await("delivery goes on")
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofMillis(20))
          .until(
              () ->
                  host.metric("hookbridge_sink_published_total") >= published
                      || !failures.isEmpty());
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(host.log(), e);
    }
  }

  private static void allArrive(Site site, Host host, Hooks hooks) throws Exception {
    List<Consumer.Message> all = new ArrayList<>();
    try (Consumer consumer = site.consumer()) {
      Awaitility.await("every event")
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofSeconds(1))
          .until(
              () -> {
                all.clear();
                all.addAll(consumer.all());
                return Consumer.hooks(all).size() >= hooks.fired();
              });
    }
    Map<String, List<String>> lives = Consumer.lives(all);
    assertThat(lives).hasSize(GUESTS);
    lives.forEach(
        (guest, events) ->
            assertThat(events)
                .as("%s%n%s", guest, host.log())
                .isEqualTo(Hooks.expected(hooks.lived().get(guest))));
    System.out.println(
        all.size() + " messages, " + Consumer.hooks(all).size() + " different hook events");
  }
}
