package dev.hookbridge.amqp.client;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Method;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.SinkException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Combines a {@link Verdict} with the text of the failure.
 *
 * @param detail the broker's or the client's text, at most 300 characters
 */
public record Failure(Verdict verdict, String detail) {
  private static final int LINE = 300;
  private static final Pattern CERTIFICATE =
      Pattern.compile(
          "(?i)broken pipe|connection reset|certificate of this client|handshake_failure");
  private static final Pattern NO_VHOST = Pattern.compile("vhost '?(.+?)'? not found");

  public Failure {
    detail = detail.length() > LINE ? detail.substring(0, LINE) + "…" : detail;
  }

  /**
   * Returns the failure that the broker gave when it closed a channel or connection. Returns null
   * when the broker did not close it.
   */
  static @Nullable Failure ofClose(@Nullable Method method) {
    if (method instanceof AMQP.Channel.Close close) {
      return ofCode(close.getReplyCode(), close.getReplyText());
    }
    if (method instanceof AMQP.Connection.Close close) {
      return ofCode(close.getReplyCode(), close.getReplyText());
    }
    return null;
  }

  static Failure ofCode(int code, String text) {
    Verdict verdict = AmqpErrors.CODES.getOrDefault(code, AmqpErrors.UNKNOWN);
    return new Failure(refined(code, verdict, text.toLowerCase(Locale.ROOT)), code + " " + text);
  }

  /** Corrects the reason by the text. RabbitMQ uses some codes for several errors. */
  private static Verdict refined(int code, Verdict verdict, String text) {
    Reason reason = verdict.reason();
    if (code == AMQP.PRECONDITION_FAILED && text.contains("larger than")) {
      reason = Reason.TOO_LARGE;
    } else if (code == AMQP.NOT_ALLOWED && text.contains("not found")) {
      reason = Reason.MISSING;
    } else if (code == AMQP.NOT_ALLOWED && text.contains("limit")) {
      reason = Reason.REJECTED;
    }
    return new Verdict(verdict.level(), verdict.alone(), reason, verdict.suspect());
  }

  /** Returns the reason of the verdict. */
  public Reason reason() {
    return verdict.reason();
  }

  /**
   * Returns the outcome of one event that was sent before the failure.
   *
   * @param alone whether the event was the only unconfirmed one
   */
  public Outcome outcome(boolean alone) {
    if (!alone) {
      return broken(verdict.suspect());
    }
    return switch (verdict.alone()) {
      case HELD -> new Outcome.Held(reason(), detail);
      case REFUSED -> new Outcome.Refused(reason(), detail);
      case BROKEN -> broken(false);
    };
  }

  /**
   * Returns this failure as the end of the sink.
   *
   * @param suspect whether one of the outstanding events may be the cause
   */
  public Outcome.Broken broken(boolean suspect) {
    return new Outcome.Broken(reason(), detail, suspect);
  }

  /**
   * Returns the exception for a failed connection.
   *
   * @param where the broker, for the message
   */
  public SinkException exception(String where, Throwable cause) {
    return exception(where, cause, advice());
  }

  /** Returns the exception for a failed connection, with another advice. */
  SinkException exception(String where, Throwable cause, String advice) {
    return new SinkException(reason(), where + ": " + detail + "; " + advice, cause);
  }

  /**
   * Returns whether a broker that misses or refuses a client's certificate may be the cause. TLS
   * 1.3 reports that after the handshake, so often the connection only ends.
   */
  boolean mayConcernCertificate() {
    return reason() == Reason.CLOSED || CERTIFICATE.matcher(detail).find();
  }

  private String advice() {
    Matcher vhost = NO_VHOST.matcher(detail);
    return vhost.find()
        ? "there is no such vhost: correct the end of the uri, or create the vhost with 'rabbitmqctl add_vhost "
            + vhost.group(1)
            + "'"
        : advice(reason());
  }

  private static String advice(Reason reason) {
    return switch (reason) {
      case UNREACHABLE -> "check the uri's host and port and that the broker runs";
      case TIMEOUT -> "check that the broker answers and nothing between drops its packets";
      case AUTHENTICATION -> "check username and password";
      case AUTHORIZATION -> "give the user permission for the vhost and to write the exchange";
      case MISSING -> "make it, or let 'hookbridge check --create' make the exchange";
      case CONFIGURATION -> "check the scheme, the port and the tls- keys";
      default -> "look into the broker's log";
    };
  }
}
