package dev.hookbridge.metrics;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The JDK's server, for tests: what is served must not depend on ours. */
public final class BareServer {
  private BareServer() {}

  /** On a free port of loopback. */
  public static HttpServer create() throws IOException {
    return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
  }
}
