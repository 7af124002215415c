package dev.hookbridge.metrics;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/**
 * The socket behind {@link MetricsServer}: plain or TLS, with everything that is served behind the
 * {@link Guard} unless it is said to be open.
 *
 * <p>A few threads answer, so that a client who stalls does not keep the others waiting; after five
 * seconds he is cut off.
 */
final class Listener implements AutoCloseable {
  private static final int BACKLOG = 16;
  private static final int THREADS = 4;

  private final HttpServer server;
  private final ExecutorService threads;
  private final Guard guard;

  private Listener(HttpServer server, ExecutorService threads, Guard guard) {
    this.server = server;
    this.threads = threads;
    this.guard = guard;
  }

  /**
   * Binds; nothing is answered before {@link #start}.
   *
   * @throws IOException one sentence: the address cannot be had, or the certificate not be used
   */
  static Listener bind(Endpoint endpoint) throws IOException {
    cutOffWhoStalls();
    HttpServer server = endpoint.tls().isPresent() ? tls(endpoint) : plain(endpoint);
    ExecutorService threads =
        Executors.newFixedThreadPool(THREADS, task -> daemon(new Thread(task, "http")));
    server.setExecutor(threads);
    return new Listener(server, threads, new Guard(endpoint.basic()));
  }

  /**
   * The JDK's server waits for the end of a request for ever, unless told otherwise: before the
   * first server of the process, which is when it reads this.
   */
  static void cutOffWhoStalls() {
    if (System.getProperty("sun.net.httpserver.maxReqTime") == null) {
      System.setProperty("sun.net.httpserver.maxReqTime", "5");
    }
  }

  private static HttpServer plain(Endpoint endpoint) throws IOException {
    try {
      return HttpServer.create(endpoint.address(), BACKLOG);
    } catch (IOException e) {
      throw taken(endpoint, e);
    }
  }

  private static HttpServer tls(Endpoint endpoint) throws IOException {
    SSLContext context;
    try {
      context = SSLContext.getInstance("TLS");
      KeyManager[] keys = {new FreshKeys(endpoint.tls().orElseThrow())};
      context.init(keys, null, null);
    } catch (GeneralSecurityException e) {
      throw new IOException("this Java has no TLS (" + e.getMessage() + "): use another", e);
    }
    try {
      HttpsServer server = HttpsServer.create(endpoint.address(), BACKLOG);
      server.setHttpsConfigurator(new HttpsConfigurator(context));
      return server;
    } catch (IOException e) {
      throw taken(endpoint, e);
    }
  }

  private static IOException taken(Endpoint endpoint, IOException e) {
    String shown = endpoint.address().getHostString() + ":" + endpoint.address().getPort();
    return new IOException(
        "cannot listen on " + shown + " (" + e.getMessage() + "): set 'http' to another", e);
  }

  private static Thread daemon(Thread thread) {
    thread.setDaemon(true);
    return thread;
  }

  /** Serves a path, and all below it, for those whom the guard admits. */
  void serve(String path, HttpHandler handler) {
    server.createContext(path, handler).setAuthenticator(guard);
  }

  /** Serves a path for everybody; what is only for those admitted is the handler's to know. */
  void serveOpenly(String path, HttpHandler handler) {
    server.createContext(path, handler);
  }

  Guard guard() {
    return guard;
  }

  void start() {
    server.start();
  }

  /** Where it listens; the port is the real one when 0 was asked for. */
  InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
