package dev.hookbridge.it.decisions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.harness.decider.Decider;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.host.Site;
import dev.hookbridge.testing.Deadline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A host whose rules ask over a real broker, and a {@link Decider} there that does what a guest's
 * name says.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class DecisionsRig {
  private static final Duration TIMEOUT = Duration.ofSeconds(4);

  private static final String RULES =
      """
      decisions:
        - name: placement
          when: qemu.prepare.begin
          exempt: [broker-veto]
          via: feed
          timeout: 4s
        - name: strict
          when: qemu.start.begin
          via: feed
          timeout: 4s
          on-timeout: veto
          on-error: veto
          on-agent-absent: veto
        - name: quorum
          when: lxc.prepare.begin
          via: feed
          timeout: 4s
          allows-needed: 2
          on-timeout: veto
        - name: first
          when: bhyve.prepare.begin
          via: feed
          timeout: 4s
        - name: second
          when: bhyve.prepare.begin
          via: feed
          timeout: 4s
          condition: domain.memoryKiB > 1000
      """;

  public Site site;
  public Host host;
  Hooks hooks;
  public Decider decider;

  abstract Site site();

  abstract Decider decider(Site site) throws Exception;

  @BeforeAll
  void begin(@TempDir Path folder) throws Exception {
    site = site();
    host = new Host(folder, "kvm-07", site.sink());
    Path yaml = host.data.resolve("etc/hookbridge.yaml");
    Files.writeString(yaml, Files.readString(yaml) + RULES);
    hooks = new Hooks(host);
    Host.Ran made = host.create();
    assertThat(made.output()).contains("ok      gate: ").contains("ok      rule placement: ");
    decider = decider(site);
    host.startAgent();
    host.awaitReady();
  }

  /** A question is answered: after a fault this is how long it takes to be over. */
  @BeforeEach
  void answered() {
    Awaitility.await("a question that is answered")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> call("qemu", "allow-wake", "start").exit() == 0);
  }

  @AfterAll
  void end() throws Exception {
    if (decider != null) {
      decider.close();
    }
    if (host != null) {
      host.close();
    }
    if (site != null) {
      site.close();
    }
  }

  Hooks.Called call(String driver, String guest, String operation) throws Exception {
    String xml =
        "<domain type='qemu'><name>%s</name><memory unit='KiB'>%d</memory></domain>"
            .formatted(guest, guest.startsWith("small") ? 1 : 4096);
    return hooks.call(driver, List.of(guest, operation, "begin", "-"), xml);
  }

  void allowed(String driver, String guest, String operation) throws Exception {
    Hooks.Called called = call(driver, guest, operation);
    assertThat(called.exit()).as(guest + ": " + called.said()).isZero();
    assertThat(called.said()).isEmpty();
  }

  void vetoed(String driver, String guest, String operation, String words) throws Exception {
    Hooks.Called called = call(driver, guest, operation);
    assertThat(called.exit()).as(guest + "\n" + host.log()).isEqualTo(1);
    assertThat(called.said()).contains("vetoed by ").contains(words);
  }

  /** The {@code decision.made} about a guest, as the feed's consumer sees it. */
  JsonNode made(String guest) {
    List<JsonNode> found = new ArrayList<>();
    try (Consumer consumer = site.consumer()) {
      Awaitility.await("decision.made about " + guest)
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                for (Consumer.Message message : consumer.all()) {
                  if (message.type().equals("dev.hookbridge.decision.made.v1")
                      && message.json().toString().contains("\"" + guest + "\"")) {
                    found.add(message.json());
                  }
                }
                return !found.isEmpty();
              });
    }
    return Objects.requireNonNull(found.get(0));
  }

  static void inTime(Hooks.Called called) {
    Deadline.kept(TIMEOUT, Duration.ofNanos(called.nanos()));
  }

  List<Hooks.Called> atOnce(int count, String guest, String operation) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<Callable<Hooks.Called>> calls = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String name = guest + "-" + i;
        calls.add(() -> call("qemu", name, operation));
      }
      List<Hooks.Called> all = new ArrayList<>();
      for (Future<Hooks.Called> called : threads.invokeAll(calls)) {
        all.add(called.get());
      }
      return all;
    } finally {
      threads.shutdown();
    }
  }

  /** A broker that was killed may have forgotten what was made a moment before. */
  void redecide() throws Exception {
    decider.close();
    Awaitility.await("a decider is there again")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(500))
        .ignoreExceptions()
        .until(
            () -> {
              host.hookbridge("check", "--create");
              decider = decider(site);
              return true;
            });
  }
}
