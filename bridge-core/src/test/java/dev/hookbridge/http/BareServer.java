package dev.hookbridge.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;

/**
 * The JDK's server on a free port of loopback, not started, for tests that need a foreign server.
 */
public final class BareServer {
  private BareServer() {}

  public static HttpServer create() throws IOException {
    return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
  }

  /** A handler of ours as one of the JDK's. */
  public static HttpHandler adapt(Exchange.Handler handler) {
    return exchange -> handler.handle(new Adapter(exchange));
  }

  private record Adapter(HttpExchange exchange) implements Exchange {
    @Override
    public String method() {
      return exchange.getRequestMethod();
    }

    @Override
    public URI target() {
      return exchange.getRequestURI();
    }

    @Override
    public Headers requestHeaders() {
      return exchange.getRequestHeaders();
    }

    @Override
    public Headers responseHeaders() {
      return exchange.getResponseHeaders();
    }

    @Override
    public void respond(int status, long length) throws IOException {
      exchange.sendResponseHeaders(status, length);
    }

    @Override
    public OutputStream body() {
      return exchange.getResponseBody();
    }

    @Override
    public void close() {
      exchange.close();
    }
  }
}
