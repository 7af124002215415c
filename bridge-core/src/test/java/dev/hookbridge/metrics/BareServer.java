package dev.hookbridge.metrics;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The JDK's server without ours around it, for tests. */
public final class BareServer {
  private BareServer() {}

  /** On a free port of loopback; whichever is a JVM's first server, all have the agent's limits. */
  public static HttpServer create() throws IOException {
    Listener.cutOffWhoStalls();
    return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
  }
}
