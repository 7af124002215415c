package dev.hookbridge.metrics;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
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
 * Reads requests and writes answers of all connections in one thread, named {@code http-loop}, that
 * waits for nobody: a client that sends a byte a second, does not read, or stalls in a handshake
 * costs a little memory until its time is over. What takes longer is done by the workers.
 */
final class HttpLoop implements Runnable, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpLoop.class);
  private static final int BACKLOG = 512;
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
  private final @Nullable SSLContext context;
  private final Executor workers;
  private final BiConsumer<Peer, RequestHead> served;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Crowd crowd = new Crowd(MOST, MOST_OF_ONE, MOST_TLS, HEAVIEST);

  /** Those whose handshake can begin when another has ended, the newest first. */
  private final Deque<Peer> waiting = new ArrayDeque<>();

  private final ByteBuffer received = ByteBuffer.allocateDirect(4 << 10);
  private final ByteBuffer plain = ByteBuffer.allocate(PeerTls.MOST_HELD);
  private final Thread thread = new Thread(this, "http-loop");
  private long swept = System.nanoTime();
  private volatile boolean closed;

  /**
   * @param context of TLS, or none
   * @param workers runs what may take a while
   * @param served gets each request, on a worker, and has then to {@link #answer} or {@link #drop}
   */
  HttpLoop(
      ServerSocketChannel server,
      @Nullable SSLContext context,
      Executor workers,
      BiConsumer<Peer, RequestHead> served)
      throws IOException {
    this.server = server;
    this.context = context;
    this.workers = workers;
    this.served = served;
    this.selector = Selector.open();
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
    thread.setDaemon(true);
  }

  static ServerSocketChannel listen(Endpoint endpoint) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    try {
      return server.bind(endpoint.address(), BACKLOG);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e instanceof IOException io ? io : new IOException(e.getClass().getSimpleName(), e);
    }
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
        handshake();
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

  /** How long to wait for something to do; 0, for ever, when nobody is there whose time may end. */
  private int patience() {
    if (!waiting.isEmpty()) {
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
        write(peer);
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
        Peer peer = new Peer(channel, context);
        peer.key = channel.register(selector, SelectionKey.OP_READ, peer);
        crowd.add(peer);
        Peer going = crowd.tooMany(peer);
        if (going != null) {
          forget(going);
        }
        readable(peer); // who comes in may have sent all already
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("nobody more can be let in: {}", e.toString());
      Peer going = crowd.oldest();
      if (going == null) {
        LockSupport.parkNanos(PAUSE_NANOS);
      } else {
        forget(going);
      }
    }
  }

  private void readable(Peer peer) {
    try {
      read(peer);
    } catch (IOException | RuntimeException e) {
      // What a stranger sends is no trouble of ours.
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
      return; // more than was asked for is of no use
    }
    long before = peer.weight();
    if (context == null) {
      if (peer.keepHead(received)) {
        serve(peer);
      }
    } else {
      peer.keepRaw(received);
      decrypt(peer, context);
    }
    if (peer.weight() > before) {
      lighten();
    }
  }

  private void decrypt(Peer peer, SSLContext context) throws IOException {
    PeerTls tls = peer.tls;
    if (tls == null) {
      if (!PeerTls.begins(peer.raw, peer.raws)) {
        return;
      }
      if (!roomForTls()) {
        interest(peer, 0);
        waiting.push(peer);
        return;
      }
      tls = new PeerTls(context);
      crowd.speaks(peer, tls);
    }
    ByteBuffer in = ByteBuffer.wrap(peer.raw, 0, peer.raws);
    plain.clear();
    PeerTls.Next next = tls.take(in, plain, peer.out);
    peer.used(in.position());
    if (next == PeerTls.Next.WORK) {
      work(peer, tls, context);
    } else if (peer.keepHead(plain.flip())) {
      serve(peer);
    } else {
      write(peer);
    }
  }

  private boolean roomForTls() {
    if (!crowd.fullOfTls()) {
      return true;
    }
    Peer going = crowd.stalled();
    if (going != null) {
      forget(going);
    }
    return going != null;
  }

  private void handshake() {
    while (context != null && !waiting.isEmpty() && roomForTls()) {
      Peer next = waiting.pop();
      if (next.channel.isOpen()) {
        interest(next, SelectionKey.OP_READ);
        readable(next);
      }
    }
  }

  private void work(Peer peer, PeerTls tls, SSLContext context) {
    peer.enter(Peer.State.WORKING);
    interest(peer, 0);
    Runnable work = tls.work();
    workers.execute(
        () -> {
          work.run();
          later(
              () -> {
                peer.enter(Peer.State.HEAD);
                try {
                  decrypt(peer, context);
                } catch (IOException | RuntimeException e) {
                  forget(peer);
                }
              });
        });
  }

  private void serve(Peer peer) {
    peer.enter(Peer.State.WORKING);
    interest(peer, 0);
    RequestHead head;
    try {
      head = RequestHead.parse(peer.head, peer.heads);
    } catch (RequestHead.Malformed e) {
      write(peer, Answering.refusal());
      return;
    }
    peer.head = new byte[0];
    workers.execute(() -> served.accept(peer, head));
  }

  /** From any thread: these bytes are the answer, and the last. */
  void answer(Peer peer, ByteBuffer bytes) {
    later(() -> write(peer, bytes));
  }

  /** From any thread: there is no answer, or it has been given. */
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
      write(peer);
      lighten();
    } catch (IOException | RuntimeException e) {
      forget(peer);
    }
  }

  private void write(Peer peer) throws IOException {
    for (ByteBuffer next = peer.out.peek(); next != null; next = peer.out.peek()) {
      peer.channel.write(next);
      if (next.hasRemaining()) {
        boolean reads = peer.state() == Peer.State.HEAD;
        interest(peer, SelectionKey.OP_WRITE | (reads ? SelectionKey.OP_READ : 0));
        return;
      }
      peer.out.remove();
    }
    interest(peer, SelectionKey.OP_READ);
    if (peer.state() == Peer.State.WRITING) {
      // Closed at once, what was sent and not read here would take the answer from the client.
      peer.channel.shutdownOutput();
      peer.enter(Peer.State.ENDING);
    }
  }

  private static void interest(Peer peer, int operations) {
    SelectionKey key = peer.key;
    if (key != null && key.isValid()) {
      key.interestOps(operations);
    }
  }

  private void later(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  private void forget(Peer peer) {
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

  /** Lets all go; the address is free again when this returns, unless the machine is very slow. */
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
