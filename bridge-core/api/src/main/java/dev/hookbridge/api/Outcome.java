package dev.hookbridge.api;

/** The result of sending one envelope with a {@link Sink}. */
public sealed interface Outcome {

  /** The broker has acknowledged the envelope. */
  record Confirmed() implements Outcome {}

  /**
   * The sink dropped the envelope because the operator's settings say so, for instance {@code
   * unroutable: discard}. It counts as a failure with this reason, and is not sent again.
   */
  record Discarded(Reason reason, String detail) implements Outcome {}

  /**
   * The envelope is not at the broker, and must be sent again after a pause. No later envelope of
   * the same ordering key is or will become visible before it. Other keys go on. Of all keys held
   * for {@link Reason#REJECTED}, one tries at a time.
   */
  record Held(Reason reason, String detail) implements Outcome {}

  /**
   * The same attempt can never succeed for this event. After {@link Reason#TOO_LARGE} the sink
   * worker reduces the event and tries again. After {@link Reason#UNROUTABLE} it tries the event
   * again for some minutes. Otherwise the event becomes a dead letter. Failures of authentication
   * or authorization, a missing topic and a wrong configuration are never a refusal.
   */
  record Refused(Reason reason, String detail) implements Outcome {}

  /**
   * The sink is unusable, and the result of all outstanding envelopes is unknown. The sink worker
   * closes it, opens another after a pause, and sends again what was not confirmed.
   *
   * @param suspect whether one of the outstanding envelopes may be the cause (a broker closed the
   *     channel because of a message that it did not name); the sink worker then sends them one at
   *     a time to find it
   */
  record Broken(Reason reason, String detail, boolean suspect) implements Outcome {}

  /** The shared instance of {@link Confirmed}. */
  Outcome CONFIRMED = new Confirmed();
}
