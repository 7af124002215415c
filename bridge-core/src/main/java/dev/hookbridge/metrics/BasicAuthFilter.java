package dev.hookbridge.metrics;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;

/** Who may read, by HTTP's basic authentication; everybody where none is configured. */
final class BasicAuthFilter {
  private static final String SCHEME = "Basic ";
  private static final String REALM = "hookbridge";

  private final Optional<Endpoint.Basic> basic;

  BasicAuthFilter(Optional<Endpoint.Basic> basic) {
    this.basic = basic;
  }

  /** Whether who asks is known, or nobody needs to be. */
  boolean admits(HttpExchange exchange) {
    return basic.isEmpty() || knows(basic.get(), exchange);
  }

  private static boolean knows(Endpoint.Basic basic, HttpExchange exchange) {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    try {
      return basic.is(Base64.getDecoder().decode(header.substring(SCHEME.length()).trim()));
    } catch (IllegalArgumentException e) {
      return false; // no base64
    }
  }

  /** Answers who is not. */
  static void refuse(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange
          .getResponseHeaders()
          .set("WWW-Authenticate", "Basic realm=\"" + REALM + "\", charset=\"UTF-8\"");
      exchange.sendResponseHeaders(401, -1);
    }
  }
}
