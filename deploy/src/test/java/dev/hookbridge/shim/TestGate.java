package dev.hookbridge.shim;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The agent's side of the gate, as far as the shim sees it: a file, a stamp, and a socket. */
final class TestGate implements AutoCloseable {
  /** What the agent does with one connection, which is closed then. */
  interface Peer {
    void serve(SocketChannel channel) throws IOException;
  }

  /** What arrived at {@link #answering} peers. */
  final Queue<Mail> asks = new ConcurrentLinkedQueue<>();

  private final Path folder;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService peers = Executors.newCachedThreadPool();
  private final CountDownLatch closing = new CountDownLatch(1);
  private ServerSocketChannel server;

  TestGate(Trial trial) {
    folder = trial.gates();
  }

  /** A rule with one default for all cases. */
  static String rule(String name, String match, int timeout, String byDefault) {
    return rule(name, match, timeout, byDefault, byDefault, byDefault);
  }

  /**
   * @param match driver, operation, suboperation, object, exempt names
   */
  static String rule(
      String name, String match, int timeout, String late, String error, String absent) {
    return String.join(
        "\t", name, match.replace(' ', '\t'), "" + timeout, late, error, absent, "-");
  }

  TestGate rules(String... lines) throws IOException {
    String text = String.join("\n", lines) + "\n";
    return gates(
        Mail.write("gates", List.of("made=1"), text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  TestGate gates(byte[] bytes) throws IOException {
    Path unfinished = Files.write(folder.resolve("gates.tmp"), bytes);
    Files.move(unfinished, folder.resolve("gates"), StandardCopyOption.ATOMIC_MOVE);
    return this;
  }

  /** Stamps {@code alive} until closed. */
  TestGate alive() throws IOException {
    alive(boottime());
    var unused =
        clock.scheduleAtFixedRate(
            () -> {
              try {
                alive(boottime());
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            },
            100,
            100,
            TimeUnit.MILLISECONDS);
    return this;
  }

  void alive(long boottime) throws IOException {
    Files.writeString(folder.resolve("alive.tmp"), String.format("%020d", boottime));
    Files.move(
        folder.resolve("alive.tmp"), folder.resolve("alive"), StandardCopyOption.ATOMIC_MOVE);
  }

  static long boottime() throws IOException {
    String uptime = Files.readString(Path.of("/proc/uptime"));
    return (long) (Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1e9);
  }

  /** Binds the socket and serves each connection in a thread of its own. */
  TestGate serving(Peer peer) throws IOException {
    ServerSocketChannel bound = bind(1024);
    peers.execute(
        () -> {
          while (bound.isOpen()) {
            try {
              SocketChannel channel = bound.accept();
              peers.execute(() -> serve(peer, channel));
            } catch (ClosedChannelException | RejectedExecutionException e) {
              return; // this gate is closed, whoever may be at it
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          }
        });
    return this;
  }

  /** Reads the ask, then sends these bytes. */
  TestGate answering(byte[] answer) throws IOException {
    return serving(
        channel -> {
          asks.add(ask(channel));
          send(channel, answer);
        });
  }

  /** Reads the ask and says nothing until closed. */
  TestGate silent() throws IOException {
    return serving(
        channel -> {
          asks.add(ask(channel));
          awaitClose();
        });
  }

  ServerSocketChannel bind(int backlog) throws IOException {
    Files.deleteIfExists(folder.resolve("gate.sock"));
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(folder.resolve("gate.sock")), backlog);
    return server;
  }

  void awaitClose() {
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static byte[] answer(int exit, String cause, String rule, String reason) {
    return answer(exit, cause, rule, reason, "{}");
  }

  static byte[] answer(int exit, String cause, String rule, String reason, String json) {
    return Mail.write(
        "answer",
        List.of("exit=" + exit, "cause=" + cause, "new=x", "rule=" + rule, "reason=" + reason),
        json.getBytes(StandardCharsets.UTF_8));
  }

  static Mail ask(SocketChannel channel) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    while (channel.read(buffer.clear()) >= 0) {
      bytes.write(buffer.array(), 0, buffer.position());
    }
    if (bytes.size() == 0) {
      throw new IOException("it hung up and asked nothing");
    }
    return Mail.read(bytes.toByteArray());
  }

  static void send(SocketChannel channel, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static void serve(Peer peer, SocketChannel channel) {
    try (channel) {
      peer.serve(channel);
    } catch (IOException e) {
      // The shim hung up: what it made of that is the test's to judge.
    }
  }

  @Override
  public void close() throws IOException {
    closing.countDown();
    clock.shutdownNow();
    if (server != null) {
      server.close();
    }
    peers.shutdownNow();
    for (String name : new String[] {"gate.sock", "alive"}) {
      Files.deleteIfExists(folder.resolve(name));
    }
  }
}
