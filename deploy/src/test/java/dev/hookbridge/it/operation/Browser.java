package dev.hookbridge.it.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.testing.Needs;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * A headless Chromium with one page, driven over its DevTools protocol. It resolves no name and
 * phones nobody by itself; what the page asks for is written down.
 */
final class Browser implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger calls = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> open = new ConcurrentHashMap<>();
  private final List<JsonNode> events = new CopyOnWriteArrayList<>();
  private final WebSocket socket;

  private Browser(Process process, int port) throws Exception {
    this.process = process;
    HttpRequest page =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/new?about:blank"))
            .PUT(HttpRequest.BodyPublishers.noBody())
            .build();
    String made = client.send(page, HttpResponse.BodyHandlers.ofString()).body();
    String address = JSON.readTree(made).get("webSocketDebuggerUrl").asText();
    this.socket =
        client
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), new Ear())
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    for (String domain : List.of("Page", "Network", "Runtime", "Log")) {
      call(domain + ".enable", Map.of());
    }
  }

  /**
   * @param folder for whatever it writes
   */
  static Browser open(Path folder) throws Exception {
    Needs.command("chromium");
    ProcessBuilder builder =
        new ProcessBuilder(
            "chromium",
            "--headless=new",
            "--no-sandbox", // root may not use it
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--remote-debugging-port=0",
            "--user-data-dir=" + folder,
            "about:blank");
    builder.environment().putAll(Map.of("HOME", folder.toString(), "TMPDIR", folder.toString()));
    builder.redirectErrorStream(true);
    builder.redirectOutput(folder.resolve("said").toFile());
    builder.redirectInput(new File("/dev/null"));
    Process process = builder.start();
    try {
      Path port = folder.resolve("DevToolsActivePort");
      Awaitility.await("Chromium")
          .atMost(PATIENCE)
          .until(() -> Files.exists(port) && Files.readAllLines(port).size() == 2);
      return new Browser(process, Integer.parseInt(Files.readAllLines(port).get(0)));
    } catch (Exception | Error e) {
      end(process);
      throw e;
    }
  }

  JsonNode call(String method, Map<String, ?> parameters) throws Exception {
    int id = calls.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    open.put(id, answer);
    Map<String, Object> message = Map.of("id", id, "method", method, "params", parameters);
    socket.sendText(JSON.writeValueAsString(message), true).get(60, TimeUnit.SECONDS);
    JsonNode said = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (said.has("error")) {
      throw new AssertionError(method + ": " + said.get("error"));
    }
    return said.get("result");
  }

  /** Shows the page of an address; returns when it and what it needs are there. */
  void go(String address) throws Exception {
    events.clear();
    JsonNode gone = call("Page.navigate", Map.of("url", address));
    if (gone.has("errorText")) {
      throw new AssertionError(address + ": " + gone.get("errorText"));
    }
    Awaitility.await(address)
        .atMost(PATIENCE)
        .until(() -> seen("Page.domContentEventFired").size() == 1);
  }

  /** As large as so many pixels, and in the dark or in the light. */
  void window(int width, int height, boolean dark) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    String scheme = dark ? "dark" : "light";
    call(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** What an expression of the page is worth; a promise is waited for. */
  JsonNode value(String expression) throws Exception {
    JsonNode result =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
    }
    return result.get("result").path("value");
  }

  String text(String expression) throws Exception {
    return value(expression).asText();
  }

  void await(String condition) {
    Awaitility.await(condition)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> value(condition).asBoolean());
  }

  /** The events of one kind since the page was gone to. */
  List<JsonNode> seen(String method) {
    return events.stream()
        .filter(event -> event.path("method").asText().equals(method))
        .map(event -> event.path("params"))
        .toList();
  }

  /** A picture of the whole page, in PNG. */
  byte[] picture() throws Exception {
    JsonNode taken =
        call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
    return Base64.getDecoder().decode(taken.get("data").asText());
  }

  @Override
  public void close() {
    socket.abort();
    end(process);
  }

  private static void end(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly().onExit().join();
    children.forEach(ProcessHandle::destroyForcibly);
    children.forEach(child -> child.onExit().join());
  }

  private final class Ear implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        heard(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }

    private void heard(String message) {
      try {
        JsonNode read = JSON.readTree(message);
        CompletableFuture<JsonNode> asked = open.remove(read.path("id").asInt());
        if (asked != null) {
          asked.complete(read);
        } else {
          events.add(read);
        }
      } catch (IOException e) {
        throw new AssertionError(message, e);
      }
    }
  }
}
