package dev.hookbridge.amqp.client;

import static dev.hookbridge.amqp.client.Verdict.Alone.BROKEN;
import static dev.hookbridge.amqp.client.Verdict.Alone.HELD;
import static dev.hookbridge.amqp.client.Verdict.Alone.REFUSED;
import static dev.hookbridge.amqp.client.Verdict.Level.CHANNEL;
import static dev.hookbridge.amqp.client.Verdict.Level.CLIENT;
import static dev.hookbridge.amqp.client.Verdict.Level.CONNECTION;
import static dev.hookbridge.amqp.client.Verdict.Level.RETURN;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.ChannelContinuationTimeoutException;
import com.rabbitmq.client.ConsumerCancelledException;
import com.rabbitmq.client.MalformedFrameException;
import com.rabbitmq.client.MissedHeartbeatException;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ProtocolVersionMismatchException;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.TopologyRecoveryException;
import com.rabbitmq.client.UnexpectedFrameError;
import com.rabbitmq.client.UnexpectedMethodError;
import com.rabbitmq.client.UnroutableRpcRequestException;
import com.rabbitmq.client.impl.OAuthTokenManagementException;
import com.rabbitmq.client.impl.WorkPoolFullException;
import dev.hookbridge.api.ErrorText;
import dev.hookbridge.api.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Maps every close code of AMQP 0-9-1 and every exception of the client to the outcome of the
 * events in flight. {@code docs/delivery-amqp.md} has the same table, and a test compares both.
 * Another test finds exceptions of a new client version that have no entry.
 *
 * <p>Only the broker's answer about a message can refuse that message. An error that an operator
 * can fix (login, permission, missing exchange) holds the events.
 */
public final class AmqpErrors {
  /**
   * Verdict for unknown codes and exceptions. One event may be the cause, so the sink worker
   * searches for it.
   */
  static final Verdict UNKNOWN = new Verdict(CONNECTION, HELD, Reason.INTERNAL, true);

  static final Map<Integer, Verdict> CODES = codes();

  /**
   * Verdicts by class name, because some of the client's classes are not public. A subclass
   * inherits the verdict.
   */
  static final Map<String, Verdict> EXCEPTIONS = exceptions();

  private AmqpErrors() {}

  private static Map<Integer, Verdict> codes() {
    Map<Integer, Verdict> codes = new LinkedHashMap<>();
    codes.put(AMQP.REPLY_SUCCESS, broken(CONNECTION, Reason.CLOSED));
    codes.put(AMQP.CONTENT_TOO_LARGE, new Verdict(CHANNEL, REFUSED, Reason.TOO_LARGE, true));
    codes.put(AMQP.NO_ROUTE, new Verdict(RETURN, REFUSED, Reason.UNROUTABLE, false));
    codes.put(AMQP.NO_CONSUMERS, new Verdict(RETURN, REFUSED, Reason.UNROUTABLE, false));
    codes.put(AMQP.CONNECTION_FORCED, broken(CONNECTION, Reason.CLOSED));
    codes.put(AMQP.INVALID_PATH, broken(CONNECTION, Reason.CONFIGURATION));
    // Topic permissions check the routing key, so one event may be the cause.
    codes.put(AMQP.ACCESS_REFUSED, new Verdict(CHANNEL, HELD, Reason.AUTHORIZATION, true));
    codes.put(AMQP.NOT_FOUND, new Verdict(CHANNEL, HELD, Reason.MISSING, false));
    codes.put(AMQP.RESOURCE_LOCKED, new Verdict(CHANNEL, HELD, Reason.REJECTED, false));
    codes.put(AMQP.PRECONDITION_FAILED, new Verdict(CHANNEL, REFUSED, Reason.INVALID, true));
    codes.put(AMQP.FRAME_ERROR, new Verdict(CONNECTION, REFUSED, Reason.INVALID, true));
    codes.put(AMQP.SYNTAX_ERROR, new Verdict(CONNECTION, REFUSED, Reason.INVALID, true));
    codes.put(AMQP.COMMAND_INVALID, broken(CONNECTION, Reason.INTERNAL));
    codes.put(AMQP.CHANNEL_ERROR, broken(CONNECTION, Reason.INTERNAL));
    codes.put(AMQP.UNEXPECTED_FRAME, broken(CONNECTION, Reason.INTERNAL));
    codes.put(AMQP.RESOURCE_ERROR, broken(CONNECTION, Reason.REJECTED));
    codes.put(AMQP.NOT_ALLOWED, broken(CONNECTION, Reason.AUTHORIZATION));
    codes.put(AMQP.NOT_IMPLEMENTED, broken(CONNECTION, Reason.CONFIGURATION));
    codes.put(AMQP.INTERNAL_ERROR, new Verdict(CONNECTION, HELD, Reason.INTERNAL, true));
    return Map.copyOf(codes);
  }

  private static Map<String, Verdict> exceptions() {
    Map<String, Verdict> table = new LinkedHashMap<>();
    // Exceptions of the client.
    client(table, AuthenticationFailureException.class, Reason.AUTHENTICATION);
    client(table, PossibleAuthenticationFailureException.class, Reason.AUTHENTICATION);
    client(table, OAuthTokenManagementException.class, Reason.AUTHENTICATION);
    client(table, ProtocolVersionMismatchException.class, Reason.CONFIGURATION);
    client(table, MalformedFrameException.class, Reason.CONFIGURATION);
    client(table, ShutdownSignalException.class, Reason.CLOSED); // shutdowns without a code
    client(table, AlreadyClosedException.class, Reason.CLOSED);
    client(table, MissedHeartbeatException.class, Reason.TIMEOUT);
    client(table, ChannelContinuationTimeoutException.class, Reason.TIMEOUT);
    client(table, ConsumerCancelledException.class, Reason.MISSING);
    client(table, WorkPoolFullException.class, Reason.INTERNAL);
    client(table, UnexpectedFrameError.class, Reason.INTERNAL);
    client(table, UnexpectedMethodError.class, Reason.INTERNAL);
    client(table, TopologyRecoveryException.class, Reason.INTERNAL); // recovery is off
    client(table, UnroutableRpcRequestException.class, Reason.INTERNAL); // no RPC client in use
    table.put("com.rabbitmq.client.impl.UnknownChannelException", broken(CLIENT, Reason.INTERNAL));
    // Exceptions of the layers below.
    client(table, UnknownHostException.class, Reason.UNREACHABLE);
    client(table, ConnectException.class, Reason.UNREACHABLE);
    client(table, NoRouteToHostException.class, Reason.UNREACHABLE);
    client(table, SocketTimeoutException.class, Reason.TIMEOUT);
    client(table, TimeoutException.class, Reason.TIMEOUT);
    client(table, SSLException.class, Reason.CONFIGURATION);
    client(table, GeneralSecurityException.class, Reason.CONFIGURATION);
    client(table, FileSystemException.class, Reason.CONFIGURATION);
    client(table, EOFException.class, Reason.CLOSED);
    client(table, SocketException.class, Reason.CLOSED);
    client(table, IOException.class, Reason.CLOSED);
    return Map.copyOf(table);
  }

  private static void client(
      Map<String, Verdict> table, Class<? extends Throwable> type, Reason reason) {
    table.put(type.getName(), broken(CLIENT, reason));
  }

  private static Verdict broken(Verdict.Level level, Reason reason) {
    return new Verdict(level, BROKEN, reason, false);
  }

  /** Maps a failure. A close code anywhere in the chain of causes decides. */
  public static Failure of(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof ShutdownSignalException signal) {
        Failure coded = Failure.ofClose(signal.getReason());
        if (coded != null) {
          return coded;
        }
      }
    }
    Throwable reporting = reporting(thrown);
    Verdict verdict = verdict(reporting);
    return new Failure(verdict == null ? UNKNOWN : verdict, ErrorText.of(reporting));
  }

  /** Returns the deepest cause that says more than "the connection is closed". */
  private static Throwable reporting(Throwable thrown) {
    Throwable reporting = thrown;
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      Verdict verdict = verdict(t);
      Verdict sofar = verdict(reporting);
      if (verdict != null && (sofar == null || sofar.reason() == Reason.CLOSED)) {
        reporting = t;
      }
    }
    return reporting;
  }

  static @Nullable Verdict verdict(Throwable thrown) {
    for (Class<?> type = thrown.getClass(); type != null; type = type.getSuperclass()) {
      Verdict verdict = EXCEPTIONS.get(type.getName());
      if (verdict != null) {
        return verdict;
      }
    }
    return null;
  }
}
