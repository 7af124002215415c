package dev.hookbridge.delivery;

import dev.hookbridge.Settings;
import dev.hookbridge.Transport;
import java.time.Duration;

/**
 * Everything a courier must know about its sink.
 *
 * @param name the sink's name in the configuration
 * @param settings the transport's own part of them
 * @param include which events it gets
 * @param xml whether they carry the redacted XML
 * @param maxEventBytes larger ones are reduced; the broker's limit counts as well
 * @param windowBytes how much may be unconfirmed at a time
 * @param retry the first and the longest pause before a sink is built again
 */
public record Plan(
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

  /** Pauses between attempts to reach a broker. */
  public record Retry(Duration first, Duration longest) {
    /** What the configuration has when it says nothing. */
    public static final Retry DEFAULT = new Retry(Duration.ofMillis(100), Duration.ofSeconds(5));
  }
}
