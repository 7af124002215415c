package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.agent.Agent;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.mailbox.JavaShim;
import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.testing.FakeTransport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/metrics.md} names the meters that a running agent shows, with type and labels. */
class MetricsTest {
  private static final Pattern TYPE =
      Pattern.compile("^# TYPE (hookbridge_\\w+) (\\w+)$", Pattern.MULTILINE);
  private static final Pattern SAMPLE =
      Pattern.compile(
          "^(hookbridge_\\w+?)(?:_bucket|_count|_sum)?(?:\\{(.*)})? \\S+$", Pattern.MULTILINE);
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

  @TempDir Path folder;

  @Test
  void theTableIsWhatAnAgentShows() throws Exception {
    HostPaths places = new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
    for (String name : List.of("mail/new", "spool", "gates.d", "etc", "run")) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.writeString(
        places.configFile(),
        """
        host: kvm-07.example.org
        http: 127.0.0.1:0
        sinks: { local: { type: file, path: %s }, feed: { type: fake } }
        decisions: [ { name: placement, when: qemu.prepare.begin, via: feed } ]
        observer: { uris: ["qemu+unix:///system?socket=%s"] }
        """
            .formatted(folder.resolve("events.jsonl"), folder.resolve("s")));
    // One that was decided while no agent ran, and a call whose hook could not read the rules.
    byte[] none = {};
    ShimDouble.deliver(
        places.mail(),
        ShimDouble.outcome(
            ShimDouble.newId(),
            ShimDouble.newId(),
            Map.of("cause", "absent", "rules", "placement=allow"),
            none));
    ShimDouble.deliver(
        places.mail(),
        ShimDouble.call(
            ShimDouble.newId(),
            "qemu",
            List.of("web1", "start", "begin", "-"),
            none,
            Map.of("gates", "damaged")));
    // A call that was lost, since a counter of losses is there from the first one on.
    Files.writeString(
        places.lost(),
        "lost 019bc0d5-1a7b-7c3e-9f00-5d6a2b8e4c11 1768469400000000000 qemu start web1 28\n");
    Config config =
        FakeTransport.found(folder.resolve("services"), () -> Config.load(null, places, Map.of()));
    try (Agent agent = Agent.start(config, places, "0.1.0")) {
      InetSocketAddress http = agent.http().orElseThrow();
      new JavaShim(places.mail())
          .call("qemu", List.of("web1", "started", "begin", "-"), new byte[0]);
      Awaitility.await("the calls, the outcome and the loss")
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  scrape(http).contains("hookbridge_lost_total{")
                      && scrape(http).contains("hookbridge_decisions_total{")
                      && scrape(http).contains("hookbridge_gates_unusable_total{")
                      && scrape(http).contains("hookbridge_hooks_total{"));
      assertThat(documented()).isEqualTo(shown(scrape(http)));
    }
  }

  private static Map<String, String> documented() {
    Map<String, String> meters = new TreeMap<>();
    for (List<String> row : Page.of("docs/metrics.md").table("| meter | type")) {
      List<String> labels = List.of(row.get(2).split(", *", -1));
      meters.put(row.get(0), row.get(1) + " " + String.join(", ", new TreeSet<>(labels)));
    }
    return meters;
  }

  private static Map<String, String> shown(String scraped) {
    Map<String, TreeSet<String>> labels = new TreeMap<>();
    for (MatchResult sample : SAMPLE.matcher(scraped).results().toList()) {
      TreeSet<String> names = labels.computeIfAbsent(sample.group(1), name -> new TreeSet<>());
      if (sample.group(2) != null) {
        LABEL.matcher(sample.group(2)).results().map(label -> label.group(1)).forEach(names::add);
      }
      names.remove("le");
    }
    Map<String, String> meters = new TreeMap<>();
    for (MatchResult type : TYPE.matcher(scraped).results().toList()) {
      String names = String.join(", ", labels.getOrDefault(type.group(1), new TreeSet<>()));
      meters.put(type.group(1), type.group(2) + " " + names);
    }
    // The page says of histograms once that each has its largest value beside it.
    meters
        .keySet()
        .removeIf(
            name -> name.endsWith("_max") && meters.containsKey(name.replaceFirst("_max$", "")));
    return meters;
  }

  private static String scrape(InetSocketAddress http) throws IOException {
    URI address = URI.create("http://127.0.0.1:" + http.getPort() + "/metrics");
    try (InputStream in = address.toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
