package dev.hookbridge.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.security.GeneralSecurityException;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server, plain or TLS. The {@link BasicAuthFilter} guards every path except those that
 * are served openly.
 *
 * <p>The {@link HttpLoop} owns the connections. A few threads answer the requests that have arrived
 * completely, the newest first: clients have deadlines, and the client of an old request has
 * probably given up.
 */
public final class Listener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
  private static final int THREADS = 4;
  private static final int BACKLOG = 512;

  private final ServerSocketChannel server;
  private final InetSocketAddress address;
  private final HttpLoop loop;
  private final ExecutorService threads;
  private final BasicAuthFilter guard;
  private final Map<String, Exchange.Handler> guarded = new ConcurrentHashMap<>();
  private final Map<String, Exchange.Handler> open = new ConcurrentHashMap<>();
  private boolean started;

  private Listener(Endpoint endpoint, ServerSocketChannel server) throws IOException {
    this.server = server;
    this.address = (InetSocketAddress) server.getLocalAddress();
    this.guard = new BasicAuthFilter(endpoint.basic());
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new NewestFirst(),
            task -> daemon(new Thread(task, "http")));
    SSLContext context = endpoint.tls().isPresent() ? context(endpoint.tls().get()) : null;
    this.loop = new HttpLoop(server, context, threads, this::serve);
  }

  /**
   * Binds the address. The server answers no request before {@link #start}.
   *
   * @throws IOException if the address or the certificate cannot be used; the message is one
   *     sentence
   */
  public static Listener bind(Endpoint endpoint) throws IOException {
    ServerSocketChannel server;
    try {
      server = listen(endpoint);
    } catch (IOException e) {
      throw taken(endpoint, e);
    }
    try {
      return new Listener(endpoint, server);
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private static ServerSocketChannel listen(Endpoint endpoint) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    try {
      return server.bind(endpoint.address(), BACKLOG);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e instanceof IOException io ? io : new IOException(e.getClass().getSimpleName(), e);
    }
  }

  private static SSLContext context(Endpoint.Tls tls) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      KeyManager[] keys = {new ReloadingKeyManager(tls)};
      context.init(keys, null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("this Java has no TLS (" + e.getMessage() + "): use another", e);
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

  /** An executor queue that works as a stack. */
  private static final class NewestFirst extends LinkedBlockingDeque<Runnable> {
    private static final long serialVersionUID = 1;

    @Override
    public boolean offer(Runnable task) {
      return offerFirst(task);
    }
  }

  /** Serves a path, and all paths below it, to clients that the guard admits. */
  public void serve(String path, Exchange.Handler handler) {
    guarded.put(path, handler);
  }

  /** Serves a path without a password. Its handler may ask the {@link #guard} what to show. */
  public void serveOpenly(String path, Exchange.Handler handler) {
    open.put(path, handler);
  }

  private void serve(Peer peer, RequestHead head) {
    LoopExchange exchange = new LoopExchange(loop, peer, head);
    try {
      String path = longest(head.target().getPath());
      Exchange.Handler handler = open.get(path);
      if (handler == null) {
        if (!guard.admits(exchange)) {
          BasicAuthFilter.refuse(exchange);
          return;
        }
        handler = guarded.get(path);
      }
      if (handler == null) {
        exchange.close();
      } else {
        handler.handle(exchange);
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("a request was not answered: {}", e.toString());
      exchange.close();
    }
  }

  /** Returns the longest served path that is a prefix of this path. */
  private String longest(String path) {
    return Stream.concat(guarded.keySet().stream(), open.keySet().stream())
        .filter(path::startsWith)
        .max(Comparator.comparingInt(String::length))
        .orElse("");
  }

  /** Returns the filter that checks the password. */
  public BasicAuthFilter guard() {
    return guard;
  }

  /** Starts to answer requests. */
  public void start() {
    started = true;
    loop.start();
  }

  /** Returns the address of the server. If the configured port was 0, it has the real port. */
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public void close() {
    loop.close();
    threads.shutdownNow();
    if (!started) {
      try {
        server.close();
      } catch (IOException e) {
        LOG.debug("while closing", e);
      }
    }
  }
}
