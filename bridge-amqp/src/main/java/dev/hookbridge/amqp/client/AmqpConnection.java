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
 * Holds one connection to the broker, and can close it at any time.
 *
 * <p>The client's blocking I/O has no timeout for a write. When the broker stops reading and the
 * buffers are full, a publish blocks in the kernel without end. It holds the locks that the
 * client's own heartbeat failure needs to close the socket. So this class keeps the socket. {@link
 * #kill} closes it from outside, and then the write fails.
 */
public final class AmqpConnection implements AutoCloseable {
  /**
   * Time limit for all addresses together. The sink worker's limit is 10 s, and the channel needs a
   * part of it.
   */
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
   * @param name the name of threads and of the connection in the broker's list
   * @throws SinkException when the broker cannot be used, after at most 7 s plus the half second
   *     that {@link #kill} may take
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
      Failure failure = AmqpErrors.of(cause);
      throw settings.broker().tls() && failure.mayConcernCertificate()
          ? failure.exception(where, cause, settings.tls().certificateAdvice())
          : failure.exception(where, cause);
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
    factory.setAutomaticRecoveryEnabled(false); // recovery forgets outstanding confirms
    factory.setTopologyRecoveryEnabled(false);
    factory.setConnectionTimeout(patience);
    factory.setHandshakeTimeout(2 * patience); // the client waits half of it for each answer
    factory.setChannelRpcTimeout(RPC_MS);
    factory.setChannelShouldCheckRpcResponseType(true); // ignores late replies
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

  /** Configures and keeps the socket, before it connects. */
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

  /** Returns the client's connection. */
  public Connection connection() {
    Connection opened = connection;
    if (opened == null) {
      throw new IllegalStateException("only an opened link is handed out");
    }
    return opened;
  }

  /** Returns why the broker blocks the connection (an alarm), or null when it does not. */
  public @Nullable String blocked() {
    return blocked;
  }

  /**
   * Returns when the broker last ended a block, by {@link System#nanoTime}. Before the first block
   * it is the time when this connection was created.
   */
  public long unblockedAt() {
    return unblockedAt;
  }

  /**
   * Closes the socket without the AMQP closing handshake, in at most about half a second. A TLS
   * socket sends a close message and can block in that. So a second close with linger 0 interrupts
   * it.
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
      // The socket is already closed. Closing it again does no harm.
    }
    try {
      socket.close();
    } catch (IOException e) {
      // There is nothing more to do for this socket, and no thread waits for it.
    }
  }

  /**
   * Closes the connection with the AMQP handshake, and waits for the answer. After about a second
   * it calls {@link #kill}. Never throws.
   */
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

  /** Returns a new daemon thread, named after this connection and the part. */
  public Thread daemon(String part, Runnable work) {
    Thread thread = new Thread(work, "amqp-" + name + "-" + part);
    thread.setDaemon(true);
    return thread;
  }
}
