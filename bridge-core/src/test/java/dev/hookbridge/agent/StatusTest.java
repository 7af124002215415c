package dev.hookbridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.decision.KillSwitch;
import dev.hookbridge.mailbox.JavaShim;
import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.testing.FakeTransport;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running agent says of itself on its page. */
class StatusTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SECRET = "s3cr3t-of-a-guest";
  private static final byte[] DOMAIN =
      ("<domain><name>web1</name><devices><graphics type='vnc' passwd='"
              + SECRET
              + "'/></devices>"
              + "</domain>")
          .getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private HostPaths places;
  private Agent agent;

  @BeforeEach
  void start() throws Exception {
    FakeTransport.reset();
    places = new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
    for (String name : List.of("mail/new", "spool", "gates.d", "etc", "run")) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.writeString(
        places.configFile(),
        """
        host: kvm-07.example.org
        http: 127.0.0.1:0
        drain-timeout: 0s
        sinks:
          feed: { type: fake }
          away: { type: file, path: %s }
        decisions: [ { name: placement, when: qemu.prepare.begin, via: feed, timeout: 10s } ]
        """
            .formatted(folder.resolve("nowhere/events.jsonl")));
    Files.writeString(
        places.lost(),
        "lost 019bc0d5-1a7b-7c3e-9f00-5d6a2b8e4c11 1768469400000000000 qemu start web1 28\n");
    Config config =
        FakeTransport.found(folder.resolve("services"), () -> Config.load(null, places, Map.of()));
    agent = Agent.start(config, places, "0.1.0");
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  private String page() throws Exception {
    URI address = URI.create("http://127.0.0.1:" + agent.http().orElseThrow().getPort() + "/");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** The text of the page without its tags, one piece a line. */
  private String text() throws Exception {
    return page().replaceAll("<[^>]*>", "\n").replaceAll("\n+", "\n");
  }

  private void awaitText(String wanted) {
    Awaitility.await(wanted).atMost(PATIENCE).until(() -> text().contains(wanted));
  }

  @Test
  void everyBoxIsTold() throws Exception {
    awaitText("\nfeed (fake)\nconnected\n");
    awaitText("\naway (file)\nnot connected, unreachable\n");
    awaitText("\n1 of 2 not connected\n");
    awaitText("\n1 lost\n");
    awaitText("\ngates are on\n");
    new JavaShim(places.mail()).call("qemu", List.of("web1", "started", "begin", "-"), DOMAIN);
    awaitText("\nqemu.started\nweb1\n");
    awaitText("\nCalls since the start\n1\n");
    assertThat(text())
        .contains("\nkvm-07.example.org\n", "\nlook at sinks, losses\n", "\nagent.started\n")
        .contains(" of 4.0 GiB\n", "\nhookbridge\n0.1.0\n");
  }

  @Test
  void redactedValuesAreNowhere() throws Exception {
    new JavaShim(places.mail()).call("qemu", List.of("web1", "migrate", "begin", "-"), DOMAIN);
    awaitText("\nqemu.migrate\nweb1\n");
    assertThat(page()).doesNotContain(SECRET, "graphics");
  }

  @Test
  void aDecisionIsSeenWhileItIsOpen() throws Exception {
    FakeTransport.Channel channel = FakeTransport.OPENED.take();
    awaitText("\ngates are on\n");
    byte[] call = ShimDouble.call("qemu", List.of("db-2", "prepare", "begin", "-"), DOMAIN);
    Thread hook = new Thread(() -> ask(call), "hook");
    hook.start();
    awaitText("\nplacement\nqemu.prepare\ndb-2\n");
    assertThat(text()).contains("\nOpen now\n1\n", "\nwaits\n");
    channel.reply(channel.asked.take(), "{\"decision\":\"allow\"}");
    awaitText("\nOpen now\n0\n");
    hook.join();
  }

  private void ask(byte[] call) {
    try {
      ShimDouble.ask(places.gates(), call);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void brokenGlassIsSeen() throws Exception {
    new KillSwitch(places.gatesOff()).off("root");
    awaitText("\nswitched off\n");
  }
}
