package dev.hookbridge.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.hookbridge.http.BareServer;
import dev.hookbridge.http.Exchange;
import dev.hookbridge.testing.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page and its stream over a server with one thread, so that a handler that waits is seen. */
@Tag("slow")
@Timeout(120)
class StatusPageTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final BrowserStreams.Limits QUICK =
      new BrowserStreams.Limits(3, Duration.ofMillis(20), Duration.ofSeconds(4));
  private static final String HOSTILE = "<img src=x onerror=\"alert('1')\">&amp;";

  private final Host host = new Host();
  private final StatusPage page = new StatusPage(host, Set.of("kvm-07.example.org"), QUICK);
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final List<Socket> sockets = new ArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = BareServer.create();
    server.setExecutor(thread);
    page.handlers().forEach(this::serve);
    server.start();
  }

  private void serve(String path, Exchange.Handler handler) {
    server.createContext(path, BareServer.adapt(handler));
  }

  @AfterEach
  void stop() throws IOException {
    page.close();
    server.stop(0);
    thread.shutdownNow();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** What was answered, read to the end of the connection. */
  private record Answer(int status, Map<String, String> headers, String body) {}

  private Socket send(String method, String path, String... headers) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.setReceiveBufferSize(4 << 10); // who does not read is soon seen not to
    socket.connect(server.getAddress());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    String more =
        headers.length == 0 ? "Host: localhost\r\n" : String.join("\r\n", headers) + "\r\n";
    String request = method + " " + path + " HTTP/1.1\r\n" + more + "Connection: close\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  private Answer ask(String method, String path, String... headers) throws IOException {
    try (Socket socket = send(method, path, headers)) {
      BufferedReader in = reader(socket);
      String status = in.readLine();
      Map<String, String> got = new HashMap<>();
      for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
        int colon = line.indexOf(':');
        got.put(
            line.substring(0, colon).toLowerCase(java.util.Locale.ROOT), line.substring(colon + 2));
      }
      StringBuilder body = new StringBuilder();
      for (int c = in.read(); c >= 0; c = in.read()) {
        body.append((char) c);
      }
      return new Answer(Integer.parseInt(status.split(" ", -1)[1]), got, body.toString());
    }
  }

  @Test
  void thePageIsWholeWithoutAScript() throws Exception {
    host.events = List.of(Host.event(7, "web1"));
    Answer got = ask("GET", "/");
    assertThat(got.status()).isEqualTo(200);
    assertThat(got.headers()).containsEntry("content-type", "text/html; charset=utf-8");
    assertThat(got.body())
        .contains("<h1>kvm-07.example.org</h1>", "all connected", "<bdi class=\"none\">web1</bdi>")
        .contains("<noscript><meta http-equiv=\"refresh\"")
        .contains("<title>kvm-07.example.org: all well</title>");
  }

  @Test
  void aNameIsText() throws Exception {
    host.events = List.of(Host.event(7, HOSTILE));
    host.decisions = Host.decisions(1, true, List.of(), List.of(Host.pending(HOSTILE)));
    String html = ask("GET", "/").body();
    assertThat(html)
        .doesNotContain("<img")
        .contains("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;");
    assertThat(Pattern.compile("<script").matcher(html).results()).hasSize(1);
    assertThat(Pattern.compile("\\son\\w+=\\s*[\"']").matcher(html).find()).isFalse();
  }

  @Test
  void theBrowserIsToldToRefuseWhatIsNotOurs() throws Exception {
    for (String path : List.of("/", "/status.js", "/status.css", "/status.svg", "/nothing")) {
      Map<String, String> headers = ask("GET", path).headers();
      assertThat(headers.get("content-security-policy"))
          .as(path)
          .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
          .doesNotContain("unsafe", "http:", "*", "data:");
      assertThat(headers)
          .containsEntry("x-content-type-options", "nosniff")
          .containsEntry("x-frame-options", "DENY")
          .containsEntry("referrer-policy", "no-referrer")
          .containsEntry("cache-control", "no-store");
    }
  }

  @Test
  void nothingOfThePageLiesElsewhere() throws Exception {
    for (String path : List.of("/", "/status.js", "/status.css")) {
      assertThat(ask("GET", path).body())
          .as(path)
          .doesNotContain("http://", "https://", "//cdn", "@import", "innerHTML", "style=");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/index.html", "/status.cssx", "/status.js/x", "/status/other", "/status"})
  void missingPartsAreNotShown(String path) throws Exception {
    Answer got = ask("GET", path);
    assertThat(got.status()).isEqualTo(404);
    assertThat(got.body()).isEqualTo("/ /metrics /healthy /ready\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/status.css", "/status/stream"})
  void onlyLooking(String path) throws Exception {
    for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
      Answer got = ask(method, path);
      assertThat(got.status()).as(method).isEqualTo(405);
      assertThat(got.headers()).containsEntry("allow", "GET, HEAD");
    }
    Answer head = ask("HEAD", path);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/status/stream"})
  void onlyByANameOfThisHost(String path) throws Exception {
    Answer foreign = ask("GET", path, "Host: evil.example");
    assertThat(foreign.status()).isEqualTo(403);
    assertThat(foreign.body()).contains("localhost or the host's name").doesNotContain("kvm-07");
    assertThat(ask("HEAD", "/", "Host: kvm-07.example.org:9464").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "same-site"})
  void noOthersPageTakesAStream(String site) throws Exception {
    Answer other =
        ask(
            "GET",
            "/status/stream",
            "Host: localhost",
            "Sec-Fetch-Site: " + site,
            "Sec-Fetch-Mode: no-cors");
    assertThat(other.status()).isEqualTo(403);
    Answer link =
        ask(
            "GET",
            "/",
            "Host: localhost",
            "Sec-Fetch-Site: cross-site",
            "Sec-Fetch-Mode: navigate");
    assertThat(link.status()).isEqualTo(200);
  }

  /** Looks, until the reader is closed. */
  private BufferedReader look() throws Exception {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    HttpRequest request = HttpRequest.newBuilder(address.resolve("/status/stream")).build();
    HttpResponse<InputStream> got =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
    assertThat(got.statusCode()).isEqualTo(200);
    return new BufferedReader(new InputStreamReader(got.body(), StandardCharsets.UTF_8));
  }

  /** The next event of a stream. */
  private static JsonNode next(BufferedReader stream) throws IOException {
    String line = stream.readLine();
    while (line != null && !line.startsWith("data: ")) {
      line = stream.readLine();
    }
    assertThat(line).as("the stream goes on").isNotNull();
    return JSON.readTree(line.substring(6));
  }

  private static JsonNode next(BufferedReader stream, String id) throws IOException {
    JsonNode panel = next(stream);
    while (!panel.get("id").asText().equals(id)) {
      panel = next(stream);
    }
    return panel;
  }

  @Test
  void theStreamBeginsWithAllAndGoesOnWithWhatChanges() throws Exception {
    BufferedReader stream = look();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ids.add(next(stream).get("id").asText());
    }
    assertThat(ids)
        .containsExactly(
            "top", "sinks", "spool", "mailbox", "losses", "libvirt", "decisions", "events");
    host.events = List.of(Host.event(7, HOSTILE));
    JsonNode events = next(stream);
    assertThat(events.get("id").asText()).isEqualTo("events"); // nothing else has changed
    assertThat(events.at("/rows/0/2/0").asText()).isEqualTo(HOSTILE);
    host.losses = Map.of("late", 1L);
    JsonNode top = next(stream);
    assertThat(top.get("word").asText()).isEqualTo("look at losses");
    assertThat(next(stream).at("/rows/0").toString())
        .isEqualTo("[[\"late\",\"none\"],[\"1\",\"none\"]]");
  }

  @Test
  void onlySoManyLook() throws Exception {
    List<BufferedReader> looking = new ArrayList<>();
    for (int i = 0; i < QUICK.most(); i++) {
      looking.add(look());
      next(looking.get(i));
    }
    Answer refused = ask("GET", "/status/stream");
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.headers()).containsEntry("retry-after", "10");
    looking.get(0).close();
    awaitPlace();
  }

  /** Somebody who has gone is noticed when something is written to him. */
  private void awaitPlace() {
    Awaitility.await("a place")
        .atMost(PATIENCE)
        .until(
            () -> {
              host.mailbox = new Snapshot.MailboxState(0, System.nanoTime(), "");
              Socket socket = send("GET", "/status/stream");
              return reader(socket).readLine().contains(" 200 ");
            });
  }

  /** Larger than what the kernel takes for somebody who does not read, in a few looks. */
  private void changeMuch(int round) {
    List<EventSummary> events = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      events.add(Host.event(round, "x".repeat(70) + round));
    }
    host.events = events;
  }

  @Test
  void slowStreamIsClosedAndDelaysNobody() throws Exception {
    Socket slow = send("GET", "/status/stream");
    BufferedReader quick = look();
    next(quick, "events");
    for (int round = 1; round <= 100; round++) {
      changeMuch(round);
      JsonNode events = next(quick, "events");
      assertThat(events.at("/rows/0/3/0").asText()).isEqualTo(Integer.toString(round));
    }
    assertThat(ask("GET", "/").status()).isEqualTo(200); // the server's one thread is free
    Awaitility.await("dropped").atMost(PATIENCE).until(() -> page.looking() == 1);
    assertThat(slow.isClosed()).isFalse(); // it was not us who hung up
    host.losses = Map.of("late", 1L);
    assertThat(next(quick, "losses").get("word").asText()).isEqualTo("1 lost");
  }

  @Test
  void closingWaitsForNobody() throws Exception {
    StatusPage patient =
        new StatusPage(
            host,
            Set.of(),
            new BrowserStreams.Limits(3, Duration.ofMillis(20), Duration.ofHours(1)));
    server.removeContext("/status/stream");
    serve("/status/stream", patient.handlers().get("/status/stream"));
    send("GET", "/status/stream");
    Awaitility.await("somebody looks").atMost(PATIENCE).until(() -> patient.looking() == 1);
    for (int round = 1; round <= 40; round++) {
      changeMuch(round);
      assertThat(ask("GET", "/").status()).isEqualTo(200); // so that some looks go by
    }
    Deadline.kept(Duration.ofSeconds(2), patient::close);
    server.stop(0);
    assertThat(patient.looking()).isZero();
  }

  @Test
  void nobodyLooksWhenNobodyLooks() throws Exception {
    try (BufferedReader stream = look()) {
      next(stream);
      assertThat(threads("status")).isPositive();
    }
    Awaitility.await("the threads have ended")
        .atMost(PATIENCE)
        .until(
            () -> {
              host.mailbox = new Snapshot.MailboxState(0, System.nanoTime(), "");
              return threads("status") + threads("status-stream") == 0;
            });
  }

  private static long threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(name))
        .count();
  }
}
