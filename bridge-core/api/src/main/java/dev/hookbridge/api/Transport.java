package dev.hookbridge.api;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A kind of broker, found by {@link java.util.ServiceLoader}: a jar in {@code lib/} whose {@code
 * META-INF/services/dev.hookbridge.api.Transport} names a class with a public constructor without
 * parameters.
 *
 * <p>Methods are called from several threads and keep no state.
 */
public interface Transport {

  /** The word of {@code sinks.<name>.type} in the configuration, for instance {@code kafka}. */
  String type();

  /** The keys it takes under {@code sinks.<name>}; any other is refused before it is asked. */
  List<SettingKey> keys();

  /**
   * Looks at the settings without any connection.
   *
   * @throws IllegalArgumentException with one sentence that names the key and what to do
   */
  void validate(Settings settings);

  /**
   * What no other sink of this type may have as well, for instance the file it writes: two sinks
   * that have one of these in common are refused. Asked without any connection.
   */
  default Set<String> exclusive(Settings settings) {
    return Set.of();
  }

  /**
   * Connects. Blocks for at most 10 s.
   *
   * @throws SinkException when the broker cannot be used for now; the sink worker tries again
   */
  Sink open(Settings settings, SinkContext context) throws SinkException;

  /**
   * Reads the feed back, for people and tests.
   *
   * @return empty when this transport has no feed to read
   * @throws SinkException when the broker cannot be read
   */
  default Optional<FeedReader> feed(Settings settings, boolean fromBeginning) throws SinkException {
    return Optional.empty();
  }

  /**
   * Examines the broker for what publishing needs: reachable, allowed, topic or exchange there and
   * leading somewhere. Never throws; a failure is a line.
   *
   * @param create make the topic, exchange or queue that is missing
   */
  List<Check> check(Settings settings, boolean create);

  /**
   * Connects the channel over which deciders are asked. Blocks for at most 10 s.
   *
   * @param context {@code name} is the sink's, whose settings these are
   * @return empty when this transport does not support decisions
   * @throws SinkException when the broker cannot be used for now; it is tried again
   */
  default Optional<DecisionChannel> decisions(
      Settings settings, SinkContext context, Replies replies) throws SinkException {
    return Optional.empty();
  }

  /** Whether {@link #decisions} gives a channel; asked without any connection. */
  default boolean carriesDecisions() {
    return false;
  }

  /**
   * Connects as a decider.
   *
   * @param group deciders of one group share the requests among themselves; each group gets all
   * @param rule the rule whose requests are wanted, {@code *} for every. Deciders of one group want
   *     the same: those of another rule are a group of their own, whatever its name
   * @param atOnce how many requests this decider works on at a time; a broker that can give the
   *     others to somebody else does
   * @return empty when this transport does not support decisions
   * @throws SinkException when the broker cannot be used
   */
  default Optional<DecisionFeed> decisionFeed(
      Settings settings, String group, String rule, int atOnce) throws SinkException {
    return Optional.empty();
  }

  /** As {@link #check}, for what decisions need besides. Asked only where a rule uses the sink. */
  default List<Check> checkDecisions(Settings settings, boolean create) {
    return List.of();
  }
}
