package dev.hookbridge.harness.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.harness.host.Child;
import dev.hookbridge.harness.host.FreePort;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoublePredicate;
import org.awaitility.Awaitility;

/** A real Prometheus of a test's own, which scrapes every second, and its API. */
public final class Prometheus implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Child process;
  private final URI api;

  /**
   * Starts it, and returns when it answers.
   *
   * @param folder for its configuration and its data
   * @param configuration without {@code global}
   */
  public Prometheus(Path folder, String configuration) throws IOException {
    Needs.command("prometheus");
    Path file = Files.createDirectories(folder).resolve("prometheus.yml");
    Files.writeString(
        file, "global: { scrape_interval: 1s, evaluation_interval: 1s }\n" + configuration);
    String address = "127.0.0.1:" + FreePort.find();
    api = URI.create("http://" + address + "/api/v1/");
    process =
        new Child(
            folder.resolve("prometheus.log"),
            List.of(
                "prometheus",
                "--config.file=" + file,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=" + address,
                "--log.level=warn"));
    Awaitility.await("Prometheus")
        .atMost(PATIENCE)
        .failFast("see " + folder, () -> !process.alive())
        .ignoreExceptions()
        .until(() -> get("status/buildinfo").path("version").isTextual());
  }

  /** What a query gives now; an error of the query is an error of the test. */
  public JsonNode query(String query) {
    return get("query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8)).path("result");
  }

  /** What a query gives over a time, in steps of seconds. */
  JsonNode range(String query, long from, long to, long step) {
    String encoded = URLEncoder.encode(query, StandardCharsets.UTF_8);
    return get("query_range?query=" + encoded + "&start=" + from + "&end=" + to + "&step=" + step)
        .path("result");
  }

  /** The one value of a query, not a number when there is none or are more. */
  public double value(String query) {
    JsonNode result = query(query);
    return result.size() == 1 ? result.get(0).at("/value/1").asDouble() : Double.NaN;
  }

  public void await(String query, DoublePredicate value) {
    Awaitility.await(query).atMost(PATIENCE).until(() -> value.test(value(query)));
  }

  public void await(String query, double value) {
    await(query, found -> found == value);
  }

  /** The names of all series that were ever scraped. */
  public Set<String> names() {
    Set<String> names = new TreeSet<>();
    get("label/__name__/values").forEach(name -> names.add(name.asText()));
    return names;
  }

  private JsonNode get(String path) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(api.resolve(path)).timeout(Duration.ofSeconds(30)).build();
      String body = CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
      JsonNode answer = JSON.readTree(body);
      if (!answer.path("status").asText().equals("success")) {
        throw new AssertionError(path + ": " + body);
      }
      return answer.path("data");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
