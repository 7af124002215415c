package dev.hookbridge.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves {@code /metrics} (Prometheus text format), {@code /healthy} and {@code /ready} (200 or 503
 * with a line per part). One thread answers, one request after the other.
 */
public final class MetricsServer implements AutoCloseable {
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final int BACKLOG = 16;

  private final HttpServer server;
  private final ExecutorService thread;

  private MetricsServer(HttpServer server, ExecutorService thread) {
    this.server = server;
    this.thread = thread;
  }

  /**
   * Binds and answers.
   *
   * @param pages what else is served, by path; one for {@code /} gets what nobody else does
   * @throws IOException when the address cannot be had; the message names it
   */
  public static MetricsServer start(
      InetSocketAddress address,
      PrometheusMeterRegistry registry,
      Health health,
      Map<String, HttpHandler> pages)
      throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(address, BACKLOG);
    } catch (IOException e) {
      throw new IOException(
          "cannot listen on " + shown(address) + " (" + e.getMessage() + "): set 'http' to another",
          e);
    }
    ExecutorService thread =
        Executors.newSingleThreadExecutor(task -> daemon(new Thread(task, "http")));
    server.setExecutor(thread);
    Map<String, HttpHandler> others = new HashMap<>(pages);
    others.putIfAbsent("/", exchange -> answer(exchange, 404, TEXT, "/metrics /healthy /ready\n"));
    others.forEach(server::createContext);
    server.createContext(
        "/metrics", exchange -> answer(exchange, 200, PROMETHEUS, registry.scrape()));
    server.createContext(
        "/healthy",
        exchange -> {
          List<Health.Part> parts = health.alive();
          answer(exchange, status(parts.stream().allMatch(Health.Part::well)), TEXT, lines(parts));
        });
    server.createContext(
        "/ready",
        exchange -> {
          List<Health.Part> parts = health.ready();
          answer(exchange, status(ready(parts)), TEXT, lines(parts));
        });
    server.start();
    return new MetricsServer(server, thread);
  }

  private static Thread daemon(Thread thread) {
    thread.setDaemon(true);
    return thread;
  }

  /** Everything but the sinks is well, and one sink at least. */
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

  private static int status(boolean well) {
    return well ? 200 : 503;
  }

  private static String lines(List<Health.Part> parts) {
    StringBuilder lines = new StringBuilder();
    for (Health.Part part : parts) {
      lines.append(part.well() ? "ok      " : "failing ").append(part.name());
      lines.append(part.detail().isEmpty() ? "" : ": " + part.detail()).append('\n');
    }
    return lines.toString();
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      if (method.equals("HEAD")) {
        exchange.sendResponseHeaders(status, -1);
        return;
      }
      exchange.sendResponseHeaders(status, bytes.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(bytes);
      }
    }
  }

  /** Where it listens; the port is the real one when 0 was asked for. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private static String shown(InetSocketAddress address) {
    return address.getHostString() + ":" + address.getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    thread.shutdownNow();
  }
}
