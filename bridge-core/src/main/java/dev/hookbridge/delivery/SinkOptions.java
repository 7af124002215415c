package dev.hookbridge.delivery;

import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import java.time.Duration;

/**
 * The options of a sink worker.
 *
 * @param name the sink's name in the configuration
 * @param settings the sink's settings that the transport reads
 * @param include the filter of the sink's events
 * @param xml whether the events carry the redacted XML
 * @param maxEventBytes the size above which an event is reduced; the broker's limit also applies
 * @param windowBytes the maximum bytes of unconfirmed events
 * @param retry the times of retries
 */
public record SinkOptions(
    String name,
    Transport transport,
    Settings settings,
    Include include,
    Xml xml,
    long maxEventBytes,
    long windowBytes,
    Retry retry) {

  /** The handling of the XML. */
  public enum Xml {
    REDACTED,
    NONE
  }

  /**
   * The times of retries.
   *
   * @param first the first pause before a reconnect
   * @param longest the longest pause before a reconnect
   * @param unrouted how long an unroutable event is tried again before it becomes a dead letter
   * @param unroutedAtFirst the same, counted from the start of the connection; the longer one
   *     applies
   * @param probe the pause between tests whether unroutable dead letters have a route again
   * @param relearn how long a size limit of the broker is trusted
   */
  public record Retry(
      Duration first,
      Duration longest,
      Duration unrouted,
      Duration unroutedAtFirst,
      Duration probe,
      Duration relearn) {
    /** The default times of the configuration. */
    public static final Retry DEFAULT =
        new Retry(
            Duration.ofMillis(100),
            Duration.ofSeconds(5),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofSeconds(30),
            Duration.ofMinutes(10));
  }
}
