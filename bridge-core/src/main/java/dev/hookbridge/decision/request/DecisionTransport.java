package dev.hookbridge.decision.request;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import dev.hookbridge.delivery.Reduction;

/**
 * A sink of the configuration whose broker carries questions, over a connection apart from the
 * sink's.
 *
 * @param name the sink's
 * @param settings the transport's own part of them
 * @param xml whether requests carry the redacted XML, as the sink's events do
 * @param maxEventBytes larger requests are reduced
 */
public record DecisionTransport(
    String name, Transport transport, Settings settings, boolean xml, long maxEventBytes) {
  /**
   * What any broker takes with the clients' defaults: Kafka's 1 MiB, less what headers need. A
   * question that a broker refuses for its size would be decided by {@code on-error}.
   */
  private static final long MOST = 900 << 10;

  /**
   * A request as it may go over this broker.
   *
   * @param most what the channel takes, as far as is known
   */
  Envelope fitting(Envelope request, long most) {
    Envelope wanted = xml ? request : Reduction.withoutXml(request);
    return Reduction.within(wanted, Math.min(most, Math.min(MOST, maxEventBytes)));
  }
}
