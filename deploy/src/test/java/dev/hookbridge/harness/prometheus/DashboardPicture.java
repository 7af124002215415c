package dev.hookbridge.harness.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Child;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.host.Site;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Draws {@code docs/dashboard.svg} and {@code docs/dashboard-host.svg} anew, from four minutes of
 * three hosts with guests that come and go, a decider that vetoes now and then, and a Kafka broker
 * that is killed in between. It is no test and runs only when it is named: {@code ./mvnw -pl
 * deploy,deploy/kafka-broker -am verify -Dit.test=DashboardPicture
 * -Dfailsafe.failIfNoSpecifiedTests=false -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class DashboardPicture {
  private static final int SECONDS = 240;
  private static final String DECIDE =
      "[ $((RANDOM % 6)) -gt 0 ] || { echo 'no room in this rack' >&2; exit 1; }";

  @TempDir Path folder;
  private final List<AutoCloseable> running = new ArrayList<>();

  @Test
  void draw() throws Exception {
    ScheduledExecutorService guests = Executors.newScheduledThreadPool(6);
    try {
      Site site = opened(Site.kafka());
      List<Host> hosts = new ArrayList<>();
      for (String name : List.of("kvm-07", "kvm-08", "kvm-09")) {
        hosts.add(opened(host(name, site)));
      }
      Host.Ran made = hosts.get(0).hookbridge("check", "--create");
      assertThat(made.exit()).as(made.output()).isZero();
      for (Host host : hosts) {
        host.startAgent();
        host.awaitReady();
      }
      opened(decider(hosts.get(0)));
      Prometheus prometheus = opened(new Prometheus(folder.resolve("prometheus"), scraping(hosts)));
      live(guests, hosts);
      long from = System.currentTimeMillis() / 1000;
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(SECONDS / 2));
      site.broker().kill();
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(SECONDS / 6));
      site.broker().start();
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(SECONDS / 3));
      Picture picture = new Picture(prometheus, from, System.currentTimeMillis() / 1000, "10s");
      Files.writeString(Repository.file("docs/dashboard.svg"), picture.svg(0));
      Files.writeString(Repository.file("docs/dashboard-host.svg"), picture.svg(1));
    } finally {
      guests.shutdownNow();
      for (int i = running.size() - 1; i >= 0; i--) {
        running.get(i).close();
      }
    }
  }

  private <T extends AutoCloseable> T opened(T opened) {
    running.add(opened);
    return opened;
  }

  private Host host(String name, Site site) throws IOException {
    return new Host(
        folder,
        name,
        site.sink()
            + """
                local: { type: file, path: %s }
              decisions:
                - { name: placement, when: qemu.prepare.begin, via: feed, timeout: 2s }
              """
                .formatted(folder.resolve(name + ".jsonl")));
  }

  private Child decider(Host host) throws IOException {
    return new Child(
        folder.resolve("decide.log"),
        List.of(
            "env",
            "HOOKBRIDGE_DATA_DIR=" + host.data,
            Host.DISTRIBUTION + "/bin/hookbridge",
            "decide",
            "--sink",
            "feed",
            "--exec",
            "bash",
            "-c",
            DECIDE));
  }

  private static String scraping(List<Host> hosts) {
    StringBuilder configuration = new StringBuilder("scrape_configs:\n  - job_name: hookbridge\n");
    configuration.append("    static_configs:\n");
    for (Host host : hosts) {
      String name = host.data.getFileName() + ".example.org";
      configuration.append(
          "      - { targets: [\"%s\"], labels: { instance: %s } }%n".formatted(host.http(), name));
    }
    return configuration.toString();
  }

  /** Guests start, run and stop at their own times; the seed is printed. */
  private static void live(ScheduledExecutorService guests, List<Host> hosts) {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    for (int i = 0; i < 12; i++) {
      Random random = new Random(seed + i);
      Hooks hooks = new Hooks(hosts.get(i % 6 == 0 ? 0 : i % 3));
      String driver = i % 4 == 3 ? "lxc" : "qemu";
      Runnable life = () -> live(hooks, driver, "guest-" + random.nextInt(1_000), random);
      guests.scheduleWithFixedDelay(life, 100L * i, 300 + 150L * i, TimeUnit.MILLISECONDS);
    }
    Hooks network = new Hooks(hosts.get(1));
    guests.scheduleWithFixedDelay(
        () -> call(network, "network", "default", "port-created"), 1, 3, TimeUnit.SECONDS);
  }

  private static void live(Hooks hooks, String driver, String guest, Random random) {
    for (String operation : List.of("prepare", "start", "started", "stopped", "release")) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(400)));
      if (call(hooks, driver, guest, operation) != 0) {
        return; // vetoed
      }
    }
  }

  private static int call(Hooks hooks, String driver, String object, String operation) {
    try {
      String when = operation.matches("stopped|release") ? "end" : "begin";
      String xml =
          "<domain type='kvm'><name>" + object + "</name><memory>8388608</memory></domain>";
      return hooks.call(driver, List.of(object, operation, when, "-"), xml).exit();
    } catch (IOException e) {
      return -1; // the hook ended before it had read all
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }
}
