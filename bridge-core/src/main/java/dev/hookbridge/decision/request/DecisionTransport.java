package dev.hookbridge.decision.request;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import dev.hookbridge.delivery.Reduction;

/**
 * A configured sink whose broker carries requests. The requests use a connection of their own.
 *
 * @param name the name of the sink
 * @param settings the transport's own part of the sink's settings
 * @param xml whether requests contain the redacted XML, as the sink's events do
 * @param maxEventBytes the size limit; larger requests are reduced
 */
public record DecisionTransport(
    String name, Transport transport, Settings settings, boolean xml, long maxEventBytes) {
  /**
   * Maximum request size that any broker accepts with the clients' defaults: 1 MiB of Kafka, minus
   * space for headers. If a broker refuses a request for its size, {@code on-error} decides the
   * call.
   */
  private static final long MOST = 900 << 10;

  /**
   * Returns the request in a form that this broker accepts.
   *
   * @param most the size limit of the channel, as far as it is known
   */
  Envelope fitting(Envelope request, long most) {
    Envelope wanted = xml ? request : Reduction.withoutXml(request);
    return Reduction.within(wanted, Math.min(most, Math.min(MOST, maxEventBytes)));
  }
}
