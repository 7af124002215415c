package dev.hookbridge.delivery;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Sink;

/**
 * Makes the form of an event that a sink gets.
 *
 * @param xml {@code REDACTED} or {@code NONE}
 * @param maxEventBytes the operator's limit; the sink's own limit also applies
 */
record EventSizer(SinkOptions.Xml xml, long maxEventBytes) {

  /**
   * The envelope to send, and how far it was reduced.
   *
   * @param fits whether the envelope is within both limits
   * @param asked the size that the envelope would have if only the operator's limit applied
   */
  record Rendered(Envelope envelope, Reduction.Step step, boolean fits, long asked) {}

  /**
   * Returns the envelope to send.
   *
   * @param least the least step of reduction, because the broker refused the step before
   */
  Rendered render(Envelope stored, Sink sink, Reduction.Step least) {
    long limit = Math.min(maxEventBytes, sink.maxEventBytes());
    Envelope wanted = xml == SinkOptions.Xml.NONE ? Reduction.withoutXml(stored) : stored;
    Reduction.Reduced reduced = Reduction.within(wanted, limit, least);
    boolean fits = reduced.envelope().size() <= limit;
    long asked = Math.min(maxEventBytes, wanted.size());
    return new Rendered(reduced.envelope(), reduced.step(), fits, asked);
  }
}
