package dev.hookbridge.cli;

import dev.hookbridge.config.ConfigException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When each driver's hook was last called, as the running agent's metrics tell. */
final class LastSeen {
  private static final Pattern LINE =
      Pattern.compile(
          "^hookbridge_hook_last_seconds\\{driver=\"(\\w+)\"} (\\S+)$", Pattern.MULTILINE);

  private LastSeen() {}

  /** By driver; empty when no agent answers. */
  static Map<String, Instant> ask(Setup setup) {
    Map<String, Instant> seen = new HashMap<>();
    try {
      InetSocketAddress http = setup.config().http().orElse(null);
      if (http == null) {
        return seen;
      }
      URI metrics =
          URI.create("http://" + http.getHostString() + ":" + http.getPort() + "/metrics");
      HttpRequest request = HttpRequest.newBuilder(metrics).timeout(Duration.ofSeconds(5)).build();
      Matcher line =
          LINE.matcher(
              HttpClient.newHttpClient()
                  .send(request, HttpResponse.BodyHandlers.ofString())
                  .body());
      while (line.find()) {
        double seconds = Double.parseDouble(line.group(2));
        seen.put(line.group(1), Instant.ofEpochMilli((long) (seconds * 1e3)));
      }
    } catch (ConfigException | IOException | IllegalArgumentException e) {
      return seen; // no agent, or none that can be asked
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return seen;
  }
}
