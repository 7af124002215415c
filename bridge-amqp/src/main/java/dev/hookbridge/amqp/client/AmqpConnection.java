package dev.hookbridge.amqp.client;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MetricsCollector;
import com.rabbitmq.client.SocketConfigurator;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.SinkException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One connection that can always be let go of.
 *
 * <p>The client's blocking I/O has no limit for a write: with a stopped broker and full buffers a
 * publish stays in the kernel for ever, holding the locks that the client's own heartbeat failure
 * needs to close the socket. So this class keeps the socket, and {@link #kill} closes it from
 * outside, upon which the write fails.
 */
public final class AmqpConnection implements AutoCloseable {
  /** All addresses together; the sink worker is promised 10 s, and the channel needs some of it. */
  private static final Duration OPENING = Duration.ofSeconds(7);

  private static final int GOODBYE_MS = 1_000;
  private static final int RPC_MS = 4_000;

  private final String name;
  private volatile @Nullable Socket socket;
  private volatile boolean abandoned;
  private volatile @Nullable Connection connection;
  private volatile @Nullable String blocked;
  private volatile long unblockedAt = System.nanoTime();

  private AmqpConnection(String name) {
    this.name = name;
  }

  /**
   * Connects to the first address that answers.
   *
   * @param name what threads and the broker's list of connections call it
   * @throws SinkException after at most 7 s and the half that {@link #kill} may take
   */
  public static AmqpConnection open(AmqpSettings settings, String name, MetricsCollector meters)
      throws SinkException {
    AmqpConnection link = new AmqpConnection(name);
    String where = settings.broker().toString();
    CompletableFuture<Connection> connecting = new CompletableFuture<>();
    link.daemon("connect", () -> link.connect(settings, meters, connecting)).start();
    try {
      link.connection = connecting.get(OPENING.toMillis(), TimeUnit.MILLISECONDS);
      return link;
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw AmqpErrors.of(cause).exception(where, cause);
    } catch (TimeoutException e) {
      link.abandon(connecting);
      throw AmqpErrors.of(e).exception(where + " within " + OPENING.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      link.abandon(connecting);
      Thread.currentThread().interrupt();
      throw new SinkException(Reason.CLOSED, where + ": interrupted while connecting", e);
    }
  }

  private void abandon(CompletableFuture<Connection> connecting) {
    abandoned = true;
    var unused = connecting.thenAccept(late -> late.abort(GOODBYE_MS));
    kill();
  }

  private void connect(
      AmqpSettings settings, MetricsCollector meters, CompletableFuture<Connection> connecting) {
    try {
      Connection opened =
          factory(settings, meters).newConnection(settings.broker().addresses(), name);
      opened.addBlockedListener(
          reason -> blocked = "the broker takes nothing for now: " + reason,
          () -> {
            unblockedAt = System.nanoTime();
            blocked = null;
          });
      connecting.complete(opened);
    } catch (IOException
        | TimeoutException
        | GeneralSecurityException
        | RuntimeException
        | Error e) {
      connecting.completeExceptionally(e);
    }
  }

  private ConnectionFactory factory(AmqpSettings settings, MetricsCollector meters)
      throws IOException, GeneralSecurityException {
    int patience = Math.toIntExact(settings.connectionTimeout().toMillis());
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUsername(settings.broker().username());
    factory.setPassword(settings.broker().password());
    factory.setVirtualHost(settings.broker().vhost());
    factory.setAutomaticRecoveryEnabled(false); // it forgets outstanding confirms
    factory.setTopologyRecoveryEnabled(false);
    factory.setConnectionTimeout(patience);
    factory.setHandshakeTimeout(2 * patience); // the client waits half of it for each answer
    factory.setChannelRpcTimeout(RPC_MS);
    factory.setChannelShouldCheckRpcResponseType(true); // a late answer is not the next one's
    factory.setRequestedHeartbeat(Math.toIntExact(settings.heartbeat().toSeconds()));
    factory.setClientProperties(clientProperties(factory.getClientProperties()));
    factory.setThreadFactory(work -> daemon("io", work));
    factory.setExceptionHandler(new SilentExceptionHandler());
    factory.setMetricsCollector(meters);
    if (settings.broker().tls()) {
      factory.useSslProtocol(settings.tls().context());
    } else {
      factory.setSocketFactory(new BufferedSocketFactory());
    }
    factory.setSocketConfigurator(keeper(settings));
    return factory;
  }

  private static Map<String, Object> clientProperties(Map<String, Object> theirs) {
    theirs.put("product", "hookbridge");
    return theirs;
  }

  /** Keeps the socket, before it connects. */
  private SocketConfigurator keeper(AmqpSettings settings) {
    return made -> {
      made.setTcpNoDelay(true);
      if (made instanceof SSLSocket tls && settings.tls().verifyHostname()) {
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        tls.setSSLParameters(parameters);
      }
      socket = made;
      if (abandoned) {
        throw new SocketException("given up");
      }
    };
  }

  public Connection connection() {
    Connection opened = connection;
    if (opened == null) {
      throw new IllegalStateException("only an opened link is handed out");
    }
    return opened;
  }

  /** That and why the broker takes nothing for now (an alarm), or null. */
  public @Nullable String blocked() {
    return blocked;
  }

  /** When it last began to take something, by {@link System#nanoTime}. */
  public long unblockedAt() {
    return unblockedAt;
  }

  /**
   * Ends the connection without a word. A TLS socket says goodbye when closed and can block in
   * that; a second close, which finds the first one writing and may not linger, cuts it short.
   */
  public void kill() {
    Socket kept = socket;
    if (kept == null) {
      return;
    }
    boolean gone = false;
    for (int attempt = 0; attempt < 2 && !gone; attempt++) {
      Thread closing = daemon("kill", () -> closeAtOnce(kept));
      closing.start();
      gone = ended(closing, 250);
    }
  }

  private static void closeAtOnce(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (SocketException e) {
      // It is closed already; closing it again does no harm.
    }
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing more can be done for it, and nothing of ours waits for it.
    }
  }

  /** Says goodbye and waits for the answer, both at most for about a second. Never throws. */
  @Override
  public void close() {
    Thread goodbye = daemon("close", () -> connection().abort(GOODBYE_MS));
    goodbye.start();
    if (!ended(goodbye, GOODBYE_MS + 200)) {
      kill();
    }
  }

  private static boolean ended(Thread thread, long patienceMs) {
    try {
      thread.join(patienceMs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  /** A thread that keeps no process alive, named after what it carries. */
  public Thread daemon(String part, Runnable work) {
    Thread thread = new Thread(work, "amqp-" + name + "-" + part);
    thread.setDaemon(true);
    return thread;
  }
}
