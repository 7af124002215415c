package dev.hookbridge.status;

import com.sun.net.httpserver.Headers;
import dev.hookbridge.http.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The handlers of the status page, for any server. It is the entry point of the package.
 *
 * <ul>
 *   <li>{@code /}: the state of the agent as HTML. {@code /status.css}, {@code /status.js} and
 *       {@code /status.svg} belong to it. Any other path is answered with 404
 *   <li>{@code /status/stream}: the same, live, as server-sent events. It answers 503 if the
 *       maximum number of viewers is reached
 * </ul>
 *
 * <p>A handler answers on the server's thread. A stream returns that thread at once and continues
 * in a thread of its own. Only GET and HEAD are allowed. The page is shown only for requests that
 * use a name of this host.
 */
public final class StatusPage implements AutoCloseable {
  private static final String TEXT = "text/plain; charset=utf-8";

  /**
   * The content security policy. It protects the browser if a name should ever be interpreted as
   * more than text.
   */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
          + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
          + "require-trusted-types-for 'script'; trusted-types 'none'";

  private final StatusSource source;
  private final HostGuard guard;
  private final BrowserStreams streams;

  /**
   * Creates the page.
   *
   * @param names the names of this host that a request may use, in addition to addresses and {@code
   *     localhost}
   */
  public StatusPage(StatusSource source, Set<String> names) {
    this(source, names, BrowserStreams.Limits.USUAL);
  }

  StatusPage(StatusSource source, Set<String> names, BrowserStreams.Limits limits) {
    this.source = source;
    this.guard = new HostGuard(names);
    this.streams = new BrowserStreams(() -> SseEvent.of(StatusView.of(source.snapshot())), limits);
  }

  /**
   * Returns the handlers by path. A path matches all paths that begin with it, and {@code /}
   * matches every other path.
   */
  public Map<String, Exchange.Handler> handlers() {
    Map<String, Exchange.Handler> handlers = new LinkedHashMap<>();
    handlers.put("/", this::page);
    handlers.put("/status.css", exchange -> file(exchange, "text/css; charset=utf-8"));
    handlers.put("/status.js", exchange -> file(exchange, "text/javascript; charset=utf-8"));
    handlers.put("/status.svg", exchange -> file(exchange, "image/svg+xml"));
    handlers.put("/status/stream", this::stream);
    return handlers;
  }

  private void page(Exchange exchange) throws IOException {
    if (!path(exchange).equals("/")) {
      missing(exchange);
    } else if (admitted(exchange)) {
      String html = Html.page(StatusView.of(source.snapshot()));
      answer(exchange, 200, "text/html; charset=utf-8", utf8(html));
    }
  }

  private void file(Exchange exchange, String type) throws IOException {
    String name = path(exchange).substring(1);
    try (InputStream in = name.contains("/") ? null : StatusPage.class.getResourceAsStream(name)) {
      if (in == null) {
        missing(exchange);
      } else {
        answer(exchange, 200, type, in.readAllBytes());
      }
    }
  }

  private void stream(Exchange exchange) throws IOException {
    if (!path(exchange).equals("/status/stream")) {
      missing(exchange);
    } else if (exchange.method().equals("HEAD")) {
      answer(exchange, 200, "text/event-stream", new byte[0]);
    } else if (admitted(exchange) && asks(exchange)) {
      headers(exchange, "text/event-stream");
      if (!streams.admit(exchange)) {
        exchange.responseHeaders().set("Retry-After", "10");
        answer(exchange, 503, TEXT, utf8("as many look as may: close another status page\n"));
      }
    }
  }

  private static void missing(Exchange exchange) throws IOException {
    answer(exchange, 404, TEXT, utf8("/ /metrics /healthy /ready\n"));
  }

  /**
   * Returns whether a request uses a name of this host and does not come from a foreign page.
   * Otherwise it sends a response.
   */
  private boolean admitted(Exchange exchange) throws IOException {
    Headers headers = exchange.requestHeaders();
    if (guard.admits(headers.getFirst("Host")) && !foreign(headers)) {
      return true;
    }
    String advice = "this page is shown to who asks by an address, localhost or the host's name\n";
    answer(exchange, 403, TEXT, utf8(advice));
    return false;
  }

  /**
   * Returns whether a foreign page sent the request. A foreign page may link here, and nothing
   * else.
   */
  private static boolean foreign(Headers headers) {
    String site = headers.getFirst("Sec-Fetch-Site");
    boolean own = site == null || site.equals("same-origin") || site.equals("none");
    return !own && !"navigate".equals(headers.getFirst("Sec-Fetch-Mode"));
  }

  /** Returns whether the method is GET or HEAD. Otherwise it sends a response. */
  private static boolean asks(Exchange exchange) throws IOException {
    String method = exchange.method();
    if (method.equals("GET") || method.equals("HEAD")) {
      return true;
    }
    exchange.responseHeaders().set("Allow", "GET, HEAD");
    try (exchange) {
      exchange.respond(405, -1);
    }
    return false;
  }

  private static void answer(Exchange exchange, int status, String type, byte[] body)
      throws IOException {
    if (!asks(exchange)) {
      return;
    }
    try (exchange) {
      headers(exchange, type);
      boolean head = exchange.method().equals("HEAD");
      exchange.respond(status, head || body.length == 0 ? -1 : body.length);
      if (!head && body.length > 0) {
        try (OutputStream out = exchange.body()) {
          out.write(body);
        }
      }
    }
  }

  private static void headers(Exchange exchange, String type) {
    Headers headers = exchange.responseHeaders();
    headers.set("Content-Type", type);
    headers.set("Content-Security-Policy", POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
  }

  private static String path(Exchange exchange) {
    return exchange.target().getPath();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the number of viewers. */
  int looking() {
    return streams.size();
  }

  /** Ends all streams. Call it before the server is closed. */
  @Override
  public void close() {
    streams.close();
  }
}
