package dev.hookbridge.delivery;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Sink;

/**
 * What a sink is given of an event.
 *
 * @param xml {@code REDACTED} or {@code NONE}
 * @param maxEventBytes the operator's limit; the sink's own counts too
 */
record EventSizer(SinkOptions.Xml xml, long maxEventBytes) {

  /**
   * The envelope to send, and how far it was reduced for it.
   *
   * @param asked how large it may be at the operator's word, or is as it should go
   */
  record Rendered(Envelope envelope, Reduction.Step step, boolean fits, long asked) {}

  /**
   * @param least reduce at least this far: the broker refused the step before
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
