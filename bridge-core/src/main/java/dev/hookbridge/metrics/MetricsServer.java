package dev.hookbridge.metrics;

import dev.hookbridge.http.BasicAuthFilter;
import dev.hookbridge.http.Endpoint;
import dev.hookbridge.http.Exchange;
import dev.hookbridge.http.Listener;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Serves {@code /metrics} (Prometheus text format), {@code /healthy} and {@code /ready} (200 or 503
 * with one line per part).
 *
 * <p>If a password is configured, every path needs it, except the two probes. A system that
 * restarts a host or takes it out of service by these probes has no password. Without the password
 * a probe answers with one word and shows no parts and no names.
 */
public final class MetricsServer implements AutoCloseable {
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
  private static final String TEXT = "text/plain; charset=utf-8";

  private final Listener listener;

  private MetricsServer(Listener listener) {
    this.listener = listener;
  }

  /**
   * Binds the address and starts to answer.
   *
   * @param pages the handlers of further pages by path; a handler for {@code /} gets all other
   *     paths
   * @throws IOException if the address or the certificate cannot be used; the message is one
   *     sentence
   */
  public static MetricsServer start(
      Endpoint endpoint,
      PrometheusMeterRegistry registry,
      Health health,
      Map<String, Exchange.Handler> pages)
      throws IOException {
    Listener listener = Listener.bind(endpoint);
    BasicAuthFilter guard = listener.guard();
    Map<String, Exchange.Handler> others = new HashMap<>(pages);
    others.putIfAbsent("/", exchange -> answer(exchange, 404, TEXT, "/metrics /healthy /ready\n"));
    others.forEach(listener::serve);
    listener.serve("/metrics", exchange -> answer(exchange, 200, PROMETHEUS, registry.scrape()));
    listener.serveOpenly(
        "/healthy",
        exchange -> {
          List<Health.Part> parts = health.alive();
          boolean well = parts.stream().allMatch(Health.Part::well);
          health(exchange, well, guard.admits(exchange) ? lines(parts) : word(well));
        });
    listener.serveOpenly(
        "/ready",
        exchange -> {
          List<Health.Part> parts = health.ready();
          boolean well = ready(parts);
          health(exchange, well, guard.admits(exchange) ? lines(parts) : word(well));
        });
    Gauge.builder("hookbridge.ready", () -> ready(health.ready()) ? 1 : 0)
        .description("1 while /ready answers with 200")
        .register(registry);
    listener.start();
    return new MetricsServer(listener);
  }

  /** Returns whether all parts except the sinks are well, and at least one sink is well. */
  static boolean ready(List<Health.Part> parts) {
    boolean anySink = false;
    for (Health.Part part : parts) {
      boolean sink = part.name().startsWith("sink ");
      anySink |= sink && part.well();
      if (!sink && !part.well()) {
        return false;
      }
    }
    return anySink;
  }

  private static void health(Exchange exchange, boolean well, String body) throws IOException {
    answer(exchange, well ? 200 : 503, TEXT, body);
  }

  private static String word(boolean well) {
    return well ? "ok\n" : "failing\n";
  }

  private static String lines(List<Health.Part> parts) {
    StringBuilder lines = new StringBuilder();
    for (Health.Part part : parts) {
      lines.append(part.well() ? "ok      " : "failing ").append(part.name());
      lines.append(part.detail().isEmpty() ? "" : ": " + part.detail()).append('\n');
    }
    return lines.toString();
  }

  private static void answer(Exchange exchange, int status, String type, String body)
      throws IOException {
    try (exchange) {
      String method = exchange.method();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.respond(405, -1);
        return;
      }
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.responseHeaders().set("Content-Type", type);
      if (method.equals("HEAD")) {
        exchange.respond(status, -1);
        return;
      }
      exchange.respond(status, bytes.length);
      try (OutputStream out = exchange.body()) {
        out.write(bytes);
      }
    }
  }

  /** Returns the address of the server. If the configured port was 0, it has the real port. */
  public InetSocketAddress address() {
    return listener.address();
  }

  @Override
  public void close() {
    listener.close();
  }
}
