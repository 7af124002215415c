package dev.hookbridge.api;

/**
 * What a {@link DecisionChannel} tells, by any thread. Quick, never blocks, never throws; what
 * comes late, twice or for a foreign correlation is told all the same and sorted out behind this.
 */
public interface Replies {

  /**
   * Somebody replied.
   *
   * @param correlation as the reply has it, in hex; empty when it has none
   * @param body the reply's bytes, hostile until checked
   */
  void replied(String correlation, byte[] body);

  /** The broker says that no decider is there to get this request. */
  void unheard(String correlation);

  /**
   * The request could not be sent, or the broker refused it.
   *
   * @param why one sentence, without data of the event
   */
  void failed(String correlation, String why);

  /** The channel is of no more use; every request without a reply stays without one. */
  void broken(String why);
}
