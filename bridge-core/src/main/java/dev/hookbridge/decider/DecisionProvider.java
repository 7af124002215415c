package dev.hookbridge.decider;

import java.time.Duration;

/** Decides requests. Several threads call it at the same time. */
interface DecisionProvider extends AutoCloseable {

  /**
   * Decides one request, or gives no answer.
   *
   * @param event the request as a CloudEvent in JSON
   * @param limit the time limit; the method returns by then in any case
   */
  DecideAnswer provider(byte[] event, Duration limit) throws InterruptedException;

  /** Ends all running work at once. Those requests get no answer. */
  @Override
  public void close();

  /** Returns a provider with a fixed answer. */
  static DecisionProvider always(DecideAnswer answer) {
    return new DecisionProvider() {
      @Override
      public DecideAnswer provider(byte[] event, Duration limit) {
        return answer;
      }

      @Override
      public void close() {}
    };
  }
}
