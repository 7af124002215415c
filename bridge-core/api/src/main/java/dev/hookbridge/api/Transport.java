package dev.hookbridge.api;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A kind of broker. {@link java.util.ServiceLoader} finds it: in a jar in {@code lib/}, the file
 * {@code META-INF/services/dev.hookbridge.api.Transport} names a class with a public constructor
 * without parameters.
 *
 * <p>Methods are called on several threads and keep no state.
 */
public interface Transport {

  /**
   * Returns the value of {@code sinks.<name>.type} in the configuration, for instance {@code
   * kafka}.
   */
  String type();

  /**
   * Returns the keys that are allowed under {@code sinks.<name>}. A configuration with any other
   * key is refused before the transport gets it.
   */
  List<SettingKey<?>> keys();

  /**
   * Checks the settings without a connection.
   *
   * @throws IllegalArgumentException with one sentence that names the key and what to do
   */
  void validate(Settings settings);

  /**
   * Returns what no other sink of this type may use, for instance the file that it writes. Two
   * sinks with a common element are refused. Called without a connection.
   */
  default Set<String> exclusive(Settings settings) {
    return Set.of();
  }

  /**
   * Connects a sink. Blocks for at most 10 s.
   *
   * @throws SinkException when the broker cannot be used for now; the sink worker tries again
   */
  Sink open(Settings settings, SinkContext context) throws SinkException;

  /**
   * Connects a reader of published events, for people and tests.
   *
   * @return empty when this transport cannot read events back
   * @throws SinkException when the broker cannot be read
   */
  default Optional<FeedReader> feed(Settings settings, boolean fromBeginning) throws SinkException {
    return Optional.empty();
  }

  /**
   * Checks what publishing needs at the broker: it is reachable, access is allowed, and the topic
   * or exchange exists and leads somewhere. Never throws; a failure is a line of the result.
   *
   * @param create whether to create a missing topic, exchange or queue
   */
  List<Check> check(Settings settings, boolean create);

  /**
   * Connects the channel for decision requests. Blocks for at most 10 s.
   *
   * @param context the context of the sink with these settings
   * @return empty when this transport does not support decisions
   * @throws SinkException when the broker cannot be used for now; the agent tries again
   */
  default Optional<DecisionChannel> decisions(
      Settings settings, SinkContext context, Replies replies) throws SinkException {
    return Optional.empty();
  }

  /** Returns whether {@link #decisions} returns a channel. Called without a connection. */
  default boolean carriesDecisions() {
    return false;
  }

  /**
   * Connects as a decider.
   *
   * @param group the name of the group; the deciders of one group share the requests, and each
   *     group gets all of them
   * @param rule the rule whose requests are wanted, {@code *} for all rules. All deciders of a
   *     group use the same value. Deciders of another rule are a separate group, even with the same
   *     name
   * @param atOnce the number of requests that this decider processes at a time; a broker that can
   *     do so gives the other requests to other deciders
   * @return empty when this transport does not support decisions
   * @throws SinkException when the broker cannot be used
   */
  default Optional<DecisionFeed> decisionFeed(
      Settings settings, String group, String rule, int atOnce) throws SinkException {
    return Optional.empty();
  }

  /**
   * Checks what decisions need at the broker in addition to {@link #check}. Called only when a rule
   * uses the sink.
   */
  default List<Check> checkDecisions(Settings settings, boolean create) {
    return List.of();
  }
}
