package dev.hookbridge.delivery;

import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import java.time.Duration;

/**
 * Everything a sink worker must know about its sink.
 *
 * @param name the sink's name in the configuration
 * @param settings the transport's own part of them
 * @param include which events it gets
 * @param xml whether they carry the redacted XML
 * @param maxEventBytes larger ones are reduced; the broker's limit counts as well
 * @param windowBytes how much may be unconfirmed at a time
 * @param retry when something is tried again
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

  /** What becomes of the XML. */
  public enum Xml {
    REDACTED,
    NONE
  }

  /**
   * When something is tried again.
   *
   * @param first the first pause before a broker is tried again
   * @param longest the longest such pause
   * @param unrouted how long an event without a route is tried again before it is a dead letter
   * @param unroutedAtFirst the same, counted from when the connection began, if that is longer
   * @param probe the pause between looks whether such dead letters have a route again
   * @param relearn after which time a size limit of the broker is no longer believed
   */
  public record Retry(
      Duration first,
      Duration longest,
      Duration unrouted,
      Duration unroutedAtFirst,
      Duration probe,
      Duration relearn) {
    /** What the configuration has when it says nothing. */
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
