package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Follows {@code docs/custom-sinks.md}: its code is compiled and packed by its commands, configured
 * as shown, and receives the event of a real hook.
 */
class AddASinkIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Page PAGE = Page.of("docs/custom-sinks.md");

  private record Posted(Map<String, String> headers, JsonNode body) {}

  @TempDir Path folder;

  @Test
  void sinkOfTheDocumentReceivesEvents() throws Exception {
    Trial trial = Trial.in(folder);
    build(trial);
    List<Posted> posted = Collections.synchronizedList(new ArrayList<>());
    HttpServer server = server(posted);
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/events";
      trial.configure(PAGE.block("sink: webhook").replace("https://example.org/events", url));
      Path stdin = Files.writeString(folder.resolve("xml"), "<domain><name>wéb 1</name></domain>");
      assertThat(trial.hook("qemu", List.of("wéb 1", "started", "begin", "-"), stdin)).isZero();
      Process agent = trial.agent();
      try {
        Awaitility.await("the guest's event; log:\n" + Files.readString(trial.log()))
            .atMost(Duration.ofSeconds(60))
            .until(() -> posted.stream().anyMatch(AddASinkIT::started));
      } finally {
        agent.destroy();
        assertThat(agent.waitFor()).as(Files.readString(trial.log())).isZero();
      }
    } finally {
      server.stop(0);
    }
    Posted event = posted.stream().filter(AddASinkIT::started).findFirst().orElseThrow();
    assertThat(event.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("ce-source", "//kvm-07.example.org/libvirt")
        .containsEntry("ce-subject", "w%C3%A9b%201")
        .containsKeys("ce-id", "ce-sequence", "ce-partitionkey");
    assertThat(event.body().at("/domain/name").asText()).isEqualTo("wéb 1");
    assertThat(posted)
        .anyMatch(p -> p.headers().get("ce-type").equals("dev.hookbridge.agent.started.v1"));
  }

  private static boolean started(Posted posted) {
    return "dev.hookbridge.libvirt.qemu.started.v1".equals(posted.headers().get("ce-type"));
  }

  private static HttpServer server(List<Posted> posted) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.createContext(
        "/events",
        exchange -> {
          Map<String, String> headers = new HashMap<>();
          exchange
              .getRequestHeaders()
              .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
          try (InputStream body = exchange.getRequestBody()) {
            posted.add(new Posted(headers, JSON.readTree(body)));
          }
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  /** Runs the page's commands in a directory with its files and a copy of the distribution. */
  private void build(Trial trial) throws IOException, InterruptedException {
    Path work = Files.createDirectories(folder.resolve("work"));
    for (String language : List.of("java", "")) {
      for (Page.Block block : PAGE.blocks(language)) {
        if (block.note().startsWith("file: ")) {
          Path file = work.resolve(block.note().substring("file: ".length()));
          Files.createDirectories(file.getParent());
          Files.writeString(file, block.text());
        }
      }
    }
    Path target = Files.createDirectories(work.resolve("deploy/target"));
    Files.createSymbolicLink(target.resolve("hookbridge"), trial.distribution());
    Path said = folder.resolve("said");
    ProcessBuilder shell = new ProcessBuilder("sh", "-euc", PAGE.block("build"));
    String jdk = Path.of(System.getProperty("java.home"), "bin").toString();
    shell.environment().merge("PATH", jdk, (path, ours) -> ours + ":" + path);
    shell.directory(work.toFile()).redirectErrorStream(true).redirectOutput(said.toFile());
    assertThat(shell.start().waitFor()).as(Files.readString(said)).isZero();
    assertThat(trial.distribution().resolve("lib/webhook.jar")).exists();
  }
}
