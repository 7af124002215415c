package dev.hookbridge.http;

import java.io.IOException;
import java.util.Base64;
import java.util.Optional;

/** HTTP basic authentication. Without a configured password every client is admitted. */
public final class BasicAuthFilter {
  private static final String SCHEME = "Basic ";
  private static final String REALM = "hookbridge";

  private final Optional<Endpoint.Basic> basic;

  BasicAuthFilter(Optional<Endpoint.Basic> basic) {
    this.basic = basic;
  }

  /** Returns whether the client sent the password, or no password is configured. */
  public boolean admits(Exchange exchange) {
    return basic.isEmpty() || knows(basic.get(), exchange);
  }

  private static boolean knows(Endpoint.Basic basic, Exchange exchange) {
    String header = exchange.requestHeaders().getFirst("Authorization");
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    try {
      return basic.is(Base64.getDecoder().decode(header.substring(SCHEME.length()).trim()));
    } catch (IllegalArgumentException e) {
      return false; // not base64
    }
  }

  /** Sends the response for a client that is not admitted. */
  static void refuse(Exchange exchange) throws IOException {
    try (exchange) {
      exchange
          .responseHeaders()
          .set("WWW-Authenticate", "Basic realm=\"" + REALM + "\", charset=\"UTF-8\"");
      exchange.respond(401, -1);
    }
  }
}
