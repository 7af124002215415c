package dev.hookbridge.it.operation;

import dev.hookbridge.harness.host.FreePort;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.host.Site;
import dev.hookbridge.harness.prometheus.Scrape;
import dev.hookbridge.harness.prometheus.Stretched;
import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As {@link AgentAlertsIT}, with the alerts about sinks and what waits for them. */
class SinkAlertsIT {
  private static final int LATER = 85;

  /** Half an hour after a spool that was empty began to fill. */
  private static final int SOON = 40;

  @TempDir static Path folder;
  private static Site site;

  @BeforeAll
  static void start() throws Exception {
    Needs.command("promtool");
    site = Site.kafka();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", site.broker().address()))) {
      NewTopic feed = new NewTopic("libvirt.hooks", Optional.of(1), Optional.empty());
      NewTopic small = new NewTopic("small", Optional.of(1), Optional.empty());
      small.configs(Map.of("max.message.bytes", "200"));
      admin.createTopics(List.of(feed, small)).all().get();
    }
  }

  @AfterAll
  static void end() {
    if (site != null) {
      site.close();
    }
  }

  private static Host host(String name, String more) throws IOException {
    return new Host(folder, name, more);
  }

  private static String local(String name) {
    return "  local: { type: file, path: " + folder.resolve(name + ".jsonl") + " }\n";
  }

  private static String kafka(String sink, String topic, String servers) {
    return "  %s: { type: kafka, topic: %s, properties: { bootstrap.servers: \"%s\" } }\n"
        .formatted(sink, topic, servers);
  }

  private static double value(Host host, String series) throws InterruptedException {
    return Scrape.of(host).values().getOrDefault(series, Double.NaN);
  }

  private static void await(Host host, String series, double value) {
    Awaitility.await(series).until(() -> value(host, series) == value);
  }

  @Test
  void aSinkWhoseTopicIsMissingAndOneWhoseEventsAreRefused() throws Exception {
    String servers = site.broker().address();
    String sinks = local("kvm-01") + kafka("gone", "missing", servers);
    try (Host host = host("kvm-01", sinks + kafka("small", "small", servers))) {
      host.startAgent();
      host.awaitReady();
      Scrape before = Scrape.of(host);
      String missing = "hookbridge_sink_failures_total{reason=\"missing\",sink=\"gone\"}";
      double failed = before.values().getOrDefault(missing, 0.0);
      Awaitility.await(missing).until(() -> value(host, missing) > failed);
      Awaitility.await("a dead letter")
          .until(() -> value(host, "hookbridge_dead_letters{sink=\"small\"}") > 0);
      await(host, "hookbridge_sink_connected{sink=\"gone\"}", 0);
      new Stretched(before, Scrape.of(host))
          .fires(folder, LATER, "SinkDisconnected", "SinkRefuses", "DeadLetters");
    }
  }

  /** No broker is there; deciders would be asked over it, too. */
  @Test
  void aHostWithoutAnyBroker() throws Exception {
    String nobody = "127.0.0.1:" + FreePort.find();
    String rule = "decisions: [ { name: r, when: qemu.prepare.begin, via: away, timeout: 1s } ]\n";
    String bound = "spool: { max-bytes: 8MiB }\n";
    try (Host host = host("kvm-02", kafka("away", "t", nobody) + bound + rule)) {
      host.startAgent();
      Awaitility.await("an answer").until(() -> Scrape.of(host).up());
      await(host, "hookbridge_sink_connected{sink=\"away\"}", 0);
      Scrape empty = Scrape.of(host);
      new Stretched(empty, empty)
          .fires(folder, LATER, "SinkDisconnected", "NoSinkConnected", "DecidersUnreachable");
      double limit = value(host, "hookbridge_spool_limit_bytes");
      Scrape fuller = fill(host, 0.3 * limit);
      new Stretched(empty, fuller)
          .fires(
              folder,
              SOON,
              "SinkDisconnected",
              "NoSinkConnected",
              "DecidersUnreachable",
              "SpoolFills");
      Scrape full = fill(host, 0.85 * limit);
      new Stretched(full, full)
          .fires(
              folder,
              LATER,
              "SinkDisconnected",
              "NoSinkConnected",
              "DecidersUnreachable",
              "SpoolNearlyFull");
    }
  }

  /** Calls until the spool's files take so many bytes. */
  private static Scrape fill(Host host, double bytes) throws Exception {
    Hooks hooks = new Hooks(host);
    String large = "<domain>" + "x".repeat(100_000) + "</domain>";
    while (value(host, "hookbridge_spool_bytes") < bytes) {
      hooks.fire("qemu", List.of("web1", "started", "begin", "-"), large);
    }
    Awaitility.await("all is taken in").until(() -> value(host, "hookbridge_mailbox_files") == 0);
    return Scrape.of(host);
  }

  @Test
  void eventsThatWaitForABroker() throws Exception {
    String sink = kafka("feed", "libvirt.hooks", site.broker().address());
    try (Host late = host("kvm-03", sink);
        Host old = host("kvm-04", sink)) {
      for (Host host : List.of(late, old)) {
        host.startAgent();
        host.awaitDelivered();
      }
      Scrape lateBefore = Scrape.of(late);
      Scrape oldBefore = Scrape.of(old);
      site.broker().kill();
      try {
        wait(late, Duration.ofMinutes(10));
        wait(old, Duration.ofHours(2));
        new Stretched(lateBefore, Scrape.of(late))
            .fires(folder, LATER, "SinkDisconnected", "NoSinkConnected", "SinkLags");
        new Stretched(oldBefore, Scrape.of(old))
            .fires(folder, LATER, "SinkDisconnected", "NoSinkConnected", "SinkLags", "EventsOld");
      } finally {
        site.broker().start();
      }
    }
  }

  /** A call of so long ago is taken in, as after an outage of the agent, and is not delivered. */
  private static void wait(Host host, Duration age) throws Exception {
    long time = Instant.now().minus(age).toEpochMilli() * 1_000_000;
    List<String> call = List.of("web1", "started", "begin", "-");
    Map<String, String> more = Map.of("time", Long.toString(time));
    ShimDouble.deliver(
        host.data.resolve("mail"),
        ShimDouble.call(ShimDouble.newId(), "qemu", call, new byte[0], more));
    Awaitility.await("it waits")
        .until(
            () ->
                value(host, "hookbridge_sink_oldest_event_age_seconds{sink=\"feed\"}")
                    >= age.toSeconds());
    await(host, "hookbridge_sink_connected{sink=\"feed\"}", 0);
  }
}
