package dev.hookbridge.decider;

import java.time.Duration;

/** Says something about a request. Called by several threads at a time. */
interface DecisionProvider extends AutoCloseable {

  /**
   * Says something, or nothing, about one request.
   *
   * @param event the request as a CloudEvent in JSON
   * @param limit how long an answer is of any use; it is given by then, one way or the other
   */
  DecideAnswer judge(byte[] event, Duration limit) throws InterruptedException;

  /** Ends at once what runs for requests; those are not answered. */
  @Override
  public void close();

  static DecisionProvider always(DecideAnswer answer) {
    return new DecisionProvider() {
      @Override
      public DecideAnswer judge(byte[] event, Duration limit) {
        return answer;
      }

      @Override
      public void close() {}
    };
  }
}
