package dev.hookbridge.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.docs.Page;
import dev.hookbridge.harness.host.FreePort;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.prometheus.Alerts;
import dev.hookbridge.harness.prometheus.Dashboard;
import dev.hookbridge.harness.prometheus.Picture;
import dev.hookbridge.harness.prometheus.Prometheus;
import dev.hookbridge.http.AgentClient;
import dev.hookbridge.http.Endpoint;
import dev.hookbridge.observer.FakeLibvirt;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import dev.hookbridge.testing.TestIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two agents, to which things happen, and two Prometheus that scrape them as docs/metrics.md says:
 * plainly, and over TLS with a password. One sink of the first agent has no broker.
 */
class PrometheusIT {
  private static final String NAMES = "\\b(?:hookbridge|jvm|process|system|kafka|rabbitmq)_\\w+";
  private static final int STARTED = 5;
  private static final int GATED = 3;
  private static final String ALL = "{job=\"hookbridge\"}";

  @TempDir static Path folder;
  private static final List<AutoCloseable> RUNNING = new ArrayList<>();
  private static FakeLibvirt libvirt;
  private static Host host;
  private static Host guarded;
  private static Prometheus plain;
  private static Prometheus secured;

  @BeforeAll
  static void start() throws Exception {
    Needs.command("prometheus");
    Needs.command("promtool");
    libvirt = opened(new FakeLibvirt(folder.resolve("libvirt")));
    host = opened(host());
    guarded = opened(guarded());
    host.startAgent();
    guarded.startAgent();
    host.awaitReady();
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !guarded.http().isEmpty());
    happen();
    plain = opened(new Prometheus(folder.resolve("plain"), plain()));
    secured = opened(new Prometheus(folder.resolve("secured"), secured()));
  }

  @AfterAll
  static void end() throws Exception {
    for (int i = RUNNING.size() - 1; i >= 0; i--) {
      RUNNING.get(i).close();
    }
  }

  private static <T extends AutoCloseable> T opened(T running) {
    RUNNING.add(running);
    return running;
  }

  private static Host host() throws IOException {
    String nobody = "127.0.0.1:" + FreePort.find();
    return new Host(
        folder,
        "kvm-07",
        """
          local: { type: file, path: %s }
          away: { type: kafka, topic: t, properties: { bootstrap.servers: "%s" } }
        decisions:
          - { name: placement, when: qemu.prepare.begin, via: away, timeout: 500ms }
        observer: { uris: ["qemu+unix:///system?socket=%s"] }
        """
            .formatted(folder.resolve("kvm-07.jsonl"), nobody, folder.resolve("libvirt")));
  }

  private static Host guarded() throws IOException {
    TestIdentity identity = TestIdentity.make(folder, "agent", "EC");
    Path password = Files.writeString(folder.resolve("password"), "s3cret\n");
    Host host =
        new Host(
            folder,
            "kvm-08",
            "  local: { type: file, path: " + folder.resolve("kvm-08.jsonl") + " }\n");
    String shown =
        Page.of("docs/metrics.md")
            .block("agent: tls")
            .replace("0.0.0.0:9464", "127.0.0.1:0")
            .replace("/etc/hookbridge/http.crt", identity.certificate().toString())
            .replace("/etc/hookbridge/http.key", identity.key().toString())
            .replace("/etc/hookbridge/http.password", password.toString());
    Path yaml = host.data.resolve("etc/hookbridge.yaml");
    Files.writeString(yaml, Files.readString(yaml).replace("http: 127.0.0.1:0\n", shown));
    return host;
  }

  /** Everything that has a meter of its own only once it has happened. */
  private static void happen() throws Exception {
    Hooks hooks = new Hooks(host);
    for (int i = 0; i < STARTED; i++) {
      hooks.fire("qemu", List.of("web" + i, "started", "begin", "-"), "");
    }
    hooks.fire("network", List.of("default", "start", "begin", "-"), "");
    for (int i = 0; i < GATED; i++) {
      assertThat(hooks.call("qemu", List.of("web" + i, "prepare", "begin", "-"), "").exit())
          .isZero();
    }
    Files.writeString(
        host.data.resolve("run/lost"),
        "lost 019bc0d5-1a7b-7c3e-9f00-5d6a2b8e4c11 1768469400000000000 qemu start web1 28\n");
    Files.writeString(host.data.resolve("gates.d/gates"), "no rules any more");
    hooks.fire("qemu", List.of("web9", "prepare", "begin", "-"), "");
    Awaitility.await("the observer")
        .atMost(Duration.ofSeconds(60))
        .until(() -> host.metric("hookbridge_observer_connected") == 1);
    libvirt.lifecycle("web1", 1, 8, 0);
    new Hooks(guarded).fire("lxc", List.of("box", "start", "begin", "-"), "");
  }

  private static String plain() {
    return "rule_files: ["
        + Alerts.FILE
        + "]\n"
        + Page.of("docs/metrics.md").block("scrape: plain").replace("127.0.0.1:9464", host.http());
  }

  private static String secured() {
    return Page.of("docs/metrics.md")
        .block("scrape: tls")
        .replace("/etc/prometheus/hookbridge/alerts.yaml", Alerts.FILE.toString())
        .replace("/etc/prometheus/hookbridge/ca.crt", folder.resolve("agent.crt").toString())
        .replace("/etc/prometheus/hookbridge/password", folder.resolve("password").toString())
        .replace("\"kvm-07.example.org:9464\", \"kvm-08.example.org:9464\"", guarded.http());
  }

  @Test
  void prometheusCountsWhatHappened() throws Exception {
    plain.await("hookbridge_hooks_total{driver=\"qemu\",operation=\"started\"}", STARTED);
    plain.await("hookbridge_hooks_total{driver=\"qemu\",operation=\"prepare\"}", GATED + 1);
    plain.await("hookbridge_hooks_total{driver=\"network\",operation=\"start\"}", 1);
    plain.await("hookbridge_hook_to_spool_seconds_count", STARTED + 1 + GATED + 1);
    plain.await("hookbridge_hook_to_spool_seconds_bucket{le=\"+Inf\"}", STARTED + 1 + GATED + 1);
    plain.await("sum(hookbridge_decisions_total{rule=\"placement\",cause=\"error\"})", GATED);
    plain.await("hookbridge_decisions_failed_open_total{rule=\"placement\"}", GATED);
    plain.await("hookbridge_gates_unusable_total{reason=\"damaged\"}", 1);
    plain.await("hookbridge_lost_total{reason=\"errno-28\"}", 1);
    plain.await("hookbridge_mailbox_files", 0);
    plain.await("hookbridge_sink_connected{sink=\"local\"}", 1);
    plain.await("hookbridge_sink_connected{sink=\"away\"}", 0);
    plain.await("hookbridge_decision_channel_ready{sink=\"away\"}", 0);
    plain.await("hookbridge_sink_lag_events{sink=\"local\"}", 0);
    plain.await("hookbridge_spool_limit_bytes", (4L << 30) - (16 << 20));
    plain.await(
        "hookbridge_sink_oldest_event_age_seconds{sink=\"away\"}", age -> age > 1 && age < 600);
    plain.await("abs(hookbridge_time_seconds - timestamp(hookbridge_time_seconds))", d -> d < 5);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              double numbered = numbered(folder.resolve("kvm-07.jsonl"));
              assertThat(plain.value("hookbridge_sink_lag_events{sink=\"away\"}"))
                  .isEqualTo(numbered);
              assertThat(plain.value("hookbridge_spool_events")).isEqualTo(numbered);
            });
  }

  /** What the sink beside it has written, but for heartbeats, which are not spooled. */
  private static long numbered(Path file) throws IOException {
    return Files.readAllLines(file).stream().filter(line -> line.contains("\"sequence\"")).count();
  }

  @Test
  void overTlsWithAPasswordThereIsAsMuch() {
    secured.await("up" + ALL, 1);
    secured.await("hookbridge_hooks_total{driver=\"lxc\",operation=\"start\"}", 1);
    secured.await("hookbridge_sink_lag_events{sink=\"local\"}", 0);
  }

  @Test
  void aStrangerLearnsNothing() throws IOException {
    String[] address = guarded.http().split(":", 2);
    Endpoint.Tls tls = new Endpoint.Tls(folder.resolve("agent.crt"), folder.resolve("agent.key"));
    AgentClient stranger =
        AgentClient.ofThisUser(
            new Endpoint(
                new InetSocketAddress(address[0], Integer.parseInt(address[1])),
                Optional.of(tls),
                Optional.empty()),
            Duration.ofSeconds(60));
    for (String path : List.of("/", "/metrics", "/status.js", "/status/stream", "/none")) {
      assertThat(stranger.get(path)).as(path).isEqualTo(new AgentClient.Answer(401, ""));
    }
    assertThat(stranger.get("/healthy")).isEqualTo(new AgentClient.Answer(200, "ok\n"));
  }

  @Test
  void alertsFireForWhatHappened() {
    String firing = "count(ALERTS{alertstate=\"firing\",alertname=\"Hookbridge%s\"})";
    for (String name : List.of("EventsLost", "GatesUnusable")) {
      plain.await(firing.formatted(name), 1);
    }
    String pending = "count(ALERTS{alertstate=\"pending\",alertname=\"Hookbridge%s\"})";
    for (String name : List.of("SinkDisconnected", "DecidersUnreachable")) {
      plain.await(pending.formatted(name), 1);
    }
    secured.await("up" + ALL, 1);
    // An alert that was pending before the first scrape ends with the next evaluation.
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(secured.query("ALERTS{alertname!=\"HookbridgeClockSkew\"}")).isEmpty());
  }

  @Test
  void promtoolLikesTheNames() throws Exception {
    StringBuilder ours = new StringBuilder();
    for (String line : host.ask("/metrics").body().split("\n", -1)) {
      if (line.matches("(# (HELP|TYPE) )?hookbridge_.*")) {
        ours.append(line).append('\n');
      }
    }
    Path scraped = Files.writeString(folder.resolve("scraped"), ours);
    Host.Ran checked =
        Host.run(
            Duration.ofSeconds(60), "sh", "-c", "exec promtool check metrics <'" + scraped + "'");
    assertThat(checked.output()).isEmpty();
    assertThat(checked.exit()).isZero();
  }

  @Test
  void everyNameInAlertsAndDashboardIsKnown() {
    plain.await("hookbridge_gates_unusable_total", 1);
    plain.await("hookbridge_lost_total{reason=\"errno-28\"}", 1);
    plain.await("count(hookbridge_decisions_total)", count -> count >= 1);
    plain.await("count(hookbridge_domain_events_total)", count -> count >= 1);
    Set<String> known = plain.names();
    Set<String> asked = new TreeSet<>();
    String texts = new Dashboard().json() + "\n" + Alerts.all();
    Pattern.compile(NAMES).matcher(texts).results().map(MatchResult::group).forEach(asked::add);
    assertThat(asked).hasSizeGreaterThan(25);
    assertThat(known).containsAll(asked);
  }

  @Test
  void everyPanelShowsSomething() throws Exception {
    plain.await("hookbridge_gates_unusable_total", 1);
    Awaitility.await("data in every panel")
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(unanswered()).isEmpty());
    // A graph of rates needs two samples within its interval, which are not there at once.
    Awaitility.await("the graphs of the dashboard")
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(PrometheusIT::draw);
  }

  private static void draw() throws Exception {
    long now = System.currentTimeMillis() / 1000;
    for (int section = 0; section < 2; section++) {
      Path picture = Repository.file("deploy/target/dashboard-" + section + ".svg");
      Files.writeString(picture, new Picture(plain, now - 60, now, "30s").svg(section));
    }
    assertThat(Repository.file("deploy/target/dashboard-0.svg"))
        .content()
        .contains("Hooks by driver and operation", ">qemu started<", ">" + host.http() + "<");
  }

  private static List<String> unanswered() {
    List<String> unanswered = new ArrayList<>();
    for (Dashboard.Panel panel : new Dashboard().panels()) {
      for (Dashboard.Query query : panel.queries()) {
        if (plain.query(query.asked("10m")).isEmpty()) {
          unanswered.add(panel.title() + ": " + query.expression());
        }
      }
    }
    return unanswered;
  }
}
