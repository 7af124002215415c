package dev.hookbridge.decision.request;

import dev.hookbridge.decision.rule.DecisionMeters;
import dev.hookbridge.decision.rule.DecisionMeters.Ignored;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.text.TextSanitizer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports replies that changed nothing. It counts each one. For each reason it logs at most one
 * line per minute, so the author of a decider sees what is wrong. Thread-safe.
 */
final class IgnoredReplies {
  private static final Logger LOG = LoggerFactory.getLogger(IgnoredReplies.class);
  private static final long QUIET = TimeUnit.MINUTES.toNanos(1);

  /**
   * Log interval for foreign replies. Hosts that share a partition of the reply topic read each
   * other's replies all the time.
   */
  private static final long QUIET_FOREIGN = TimeUnit.HOURS.toNanos(1);

  private static final int MOST_NAME = 200;

  private static final class Reported {
    long at;
    long since;
  }

  private final DecisionMeters meters;
  private final Map<Ignored, Reported> reported = new EnumMap<>(Ignored.class);

  IgnoredReplies(DecisionMeters meters) {
    this.meters = meters;
  }

  /** Reports an ignored reply to a request of this agent. */
  void reply(PendingDecision pending, Rule rule, String decider, Ignored why, long now) {
    meters.ignored(why);
    long more = unsaid(why, now, QUIET);
    if (more >= 0) {
      PendingRequest asked = PendingRequest.of(pending, rule);
      LOG.warn(
          "a reply to rule {} about {} {} was ignored: {}, {} ms after the asking, from {}; {} more"
              + " since the last such line",
          rule.name(),
          TextSanitizer.text(asked.operation(), MOST_NAME),
          TextSanitizer.text(asked.object(), MOST_NAME),
          why.word(),
          pending.afterMs(now),
          decider.isEmpty() ? "a decider without a name" : decider,
          more);
    }
  }

  /** Reports a reply to an unknown request or to a request of another host. */
  void foreign(String sink) {
    meters.ignored(Ignored.FOREIGN);
    long more = unsaid(Ignored.FOREIGN, System.nanoTime(), QUIET_FOREIGN);
    if (more >= 0) {
      LOG.info(
          "a reply over sink {} was ignored: foreign, this agent asked nothing with its correlation"
              + " (usual over Kafka, where hosts share partitions); {} more since the last such line",
          sink,
          more);
    }
  }

  /**
   * Returns the number of replies that were not logged since the last line, or −1 if it is too
   * early for the next line.
   */
  private synchronized long unsaid(Ignored why, long now, long quiet) {
    Reported last = reported.get(why);
    if (last != null && now - last.at < quiet) {
      last.since++;
      return -1;
    }
    Reported next = new Reported();
    next.at = now;
    reported.put(why, next);
    return last == null ? 0 : last.since;
  }
}
