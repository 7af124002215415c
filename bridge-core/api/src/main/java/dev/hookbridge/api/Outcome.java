package dev.hookbridge.api;

/** What became of one envelope given to a {@link Sink}. */
public sealed interface Outcome {

  /** The broker has acknowledged it: it is the broker's now. */
  record Confirmed() implements Outcome {}

  /**
   * The sink let it go on the operator's word, for instance {@code unroutable: discard}. Counted as
   * a failure with this reason, and done with.
   */
  record Discarded(Reason reason, String detail) implements Outcome {}

  /**
   * Not at the broker, and nothing later of the same lane is or will become visible before it: to
   * be sent again after a pause. Other lanes go on. Of all lanes held for {@link Reason#REJECTED}
   * one tries at a time.
   */
  record Held(Reason reason, String detail) implements Outcome {}

  /**
   * Another identical attempt can never succeed for this event. {@link Reason#TOO_LARGE} makes the
   * sink worker reduce it and try again, {@link Reason#UNROUTABLE} try it again for some minutes;
   * otherwise it is parked as a dead letter. Authentication, authorisation, a missing topic and
   * wrong configuration are never a refusal.
   */
  record Refused(Reason reason, String detail) implements Outcome {}

  /**
   * The sink is of no more use and what became of everything outstanding is unknown: the sink
   * worker closes it, builds another after a pause, and sends again what was not confirmed.
   *
   * @param suspect one of the outstanding envelopes may be the cause (a broker closed the channel
   *     over a message it did not name): the sink worker sends them one at a time to find it
   */
  record Broken(Reason reason, String detail, boolean suspect) implements Outcome {}

  /** The one {@link Confirmed}. */
  Outcome CONFIRMED = new Confirmed();
}
