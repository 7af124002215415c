package dev.hookbridge.api;

/**
 * Receives the reports of a {@link DecisionChannel}, on any thread. An implementation is quick,
 * never blocks and never throws. The channel also reports replies that are late, duplicate or of an
 * unknown correlation. The implementation filters them.
 */
public interface Replies {

  /**
   * Reports a reply.
   *
   * @param correlation the correlation in the reply, in hex; empty when it has none
   * @param body the reply's bytes, which are not trusted
   */
  void replied(String correlation, byte[] body);

  /** Reports that the broker has no decider for this request. */
  void unheard(String correlation);

  /**
   * Reports that a request could not be sent, or the broker refused it.
   *
   * @param why one sentence, without data of the event
   */
  void failed(String correlation, String why);

  /** Reports that the channel is unusable. Requests without a reply will not get one. */
  void broken(String why);
}
