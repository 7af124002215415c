package dev.hookbridge.http;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the requests and writes the responses of all connections in one thread, named {@code
 * http-loop}. It never waits for a client: a client that sends one byte per second, does not read,
 * or stalls in a handshake only uses a little memory until its time limit. Workers do everything
 * that takes longer.
 */
final class HttpLoop implements Runnable, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpLoop.class);
  private static final int MOST = 2_048;
  private static final int MOST_OF_ONE = 1_536;
  private static final int MOST_TLS = 192; // some 50 KiB each
  private static final long HEAVIEST = 6 << 20;
  private static final int SWEEP_MILLIS = 100;
  private static final int HANDSHAKE_MILLIS = 10;
  private static final int GOODBYE_MILLIS = 2_000;
  private static final long PAUSE_NANOS = 10_000_000;

  private final Selector selector;
  private final ServerSocketChannel server;
  private final @Nullable Handshakes handshakes;
  private final Executor workers;
  private final BiConsumer<Peer, RequestHead> served;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final ConnectionTable crowd = new ConnectionTable(MOST, MOST_OF_ONE, MOST_TLS, HEAVIEST);

  private final ByteBuffer received = ByteBuffer.allocateDirect(4 << 10);
  private final Thread thread = new Thread(this, "http-loop");
  private long swept = System.nanoTime();
  private volatile boolean closed;

  /**
   * Creates a loop.
   *
   * @param context the TLS context, or null for plain HTTP
   * @param workers runs slow tasks
   * @param served receives each request on a worker thread, and must then call {@link #answer} or
   *     {@link #drop}
   */
  HttpLoop(
      ServerSocketChannel server,
      @Nullable SSLContext context,
      Executor workers,
      BiConsumer<Peer, RequestHead> served)
      throws IOException {
    this.server = server;
    this.workers = workers;
    this.served = served;
    this.selector = Selector.open();
    this.handshakes = context == null ? null : new Handshakes(context, crowd, this, workers);
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  @Override
  public void run() {
    while (!closed) {
      try {
        selector.select(patience());
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
        selector.selectedKeys().forEach(this::ready);
        selector.selectedKeys().clear();
        if (handshakes != null) {
          handshakes.admit();
        }
        sweep();
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        LOG.warn("the HTTP server had trouble and goes on", e);
        selector.selectedKeys().clear();
      }
    }
    crowd.all().forEach(Peer::close);
    try {
      server.close();
      selector.close();
    } catch (IOException e) {
      LOG.debug("while closing", e);
    }
  }

  /**
   * Returns the time to wait for events, in ms. It is 0, which means forever, if there are no
   * connections with a time limit.
   */
  private int patience() {
    if (handshakes != null && handshakes.isWaiting()) {
      return HANDSHAKE_MILLIS;
    }
    return crowd.isEmpty() ? 0 : SWEEP_MILLIS;
  }

  private void ready(SelectionKey key) {
    if (!(key.attachment() instanceof Peer peer)) {
      accept();
      return;
    }
    try {
      if (key.isValid() && key.isWritable()) {
        peer.flush();
      }
    } catch (IOException e) {
      forget(peer);
    }
    if (key.isValid() && key.isReadable()) {
      readable(peer);
    }
  }

  private void accept() {
    try {
      for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        Peer peer = new Peer(channel);
        peer.key = channel.register(selector, SelectionKey.OP_READ, peer);
        crowd.add(peer);
        Peer going = crowd.tooMany(peer);
        if (going != null) {
          forget(going);
        }
        readable(peer); // the request may already have arrived
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("no more connections can be accepted: {}", e.toString());
      Peer going = crowd.oldest();
      if (going == null) {
        LockSupport.parkNanos(PAUSE_NANOS);
      } else {
        forget(going);
      }
    }
  }

  void readable(Peer peer) {
    try {
      read(peer);
    } catch (IOException | RuntimeException e) {
      // Bad input from a client is not a problem of the agent.
      LOG.debug("{} is let go: {}", peer.remote, e.toString());
      forget(peer);
    }
  }

  private void read(Peer peer) throws IOException {
    received.clear();
    int n = peer.channel.read(received);
    received.flip();
    if (n < 0) {
      forget(peer);
      return;
    }
    if (peer.state() != Peer.State.HEAD) {
      return; // data after the request is not used
    }
    long before = peer.weight();
    if (handshakes == null) {
      if (peer.keepHead(received)) {
        serve(peer);
      }
    } else {
      peer.keepRaw(received);
      handshakes.decrypt(peer);
    }
    if (peer.weight() > before) {
      lighten();
    }
  }

  void serve(Peer peer) {
    peer.enter(Peer.State.WORKING);
    peer.interest(0);
    RequestHead head;
    try {
      head = RequestHead.parse(peer.head, peer.heads);
    } catch (RequestHead.Malformed e) {
      write(peer, LoopExchange.refusal());
      return;
    }
    peer.head = new byte[0];
    workers.execute(() -> served.accept(peer, head));
  }

  /** Sends the complete response and ends the connection. Safe for any thread. */
  void answer(Peer peer, ByteBuffer bytes) {
    later(() -> write(peer, bytes));
  }

  /** Closes the connection without a response, or after a complete one. Safe for any thread. */
  void drop(Peer peer) {
    later(() -> forget(peer));
  }

  private void write(Peer peer, ByteBuffer bytes) {
    try {
      PeerTls tls = peer.tls;
      if (tls == null) {
        peer.out.add(bytes);
      } else {
        tls.wrap(bytes, peer.out);
        tls.end(peer.out);
      }
      peer.enter(Peer.State.WRITING);
      peer.flush();
      lighten();
    } catch (IOException | RuntimeException e) {
      forget(peer);
    }
  }

  void later(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  void forget(Peer peer) {
    crowd.remove(peer);
    peer.close();
  }

  private void lighten() {
    for (Peer peer = crowd.tooHeavy(); peer != null; peer = crowd.tooHeavy()) {
      forget(peer);
    }
  }

  private void sweep() {
    long now = System.nanoTime();
    if (now - swept > SWEEP_MILLIS * 1_000_000L) {
      swept = now;
      crowd.all().stream().filter(peer -> peer.late(now)).forEach(this::forget);
    }
  }

  /**
   * Closes all connections. The address is free when this method returns, except on a very slow
   * machine.
   */
  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join(GOODBYE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
