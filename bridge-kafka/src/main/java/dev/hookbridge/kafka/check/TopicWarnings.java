package dev.hookbridge.kafka.check;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Config;

/**
 * Warns of topic settings that delete confirmed events early, or that make the brokers compress
 * again.
 */
final class TopicWarnings {
  /**
   * Retention below this gets a warning. A consumer that is down for a night or a weekend should
   * still find its events.
   */
  private static final long SHORT = Duration.ofDays(1).toMillis();

  private static final long SMALL = 64L << 20;

  private TopicWarnings() {}

  /**
   * Returns a warning for each doubtful setting of the topic.
   *
   * @param topic the subject of the check lines
   * @param compression the producer's {@code compression.type}
   */
  static List<Check> of(String topic, Config config, String compression) {
    List<Check> doubts = new ArrayList<>();
    String policy = String.valueOf(KafkaCheck.value(config, "cleanup.policy"));
    if (policy.contains("compact")) {
      doubts.add(
          Check.warning(
              topic,
              "is compacted: in time it keeps only the last event of each guest, set"
                  + " cleanup.policy=delete to keep all"));
    }
    if (policy.contains("delete")) {
      kept(topic, config, doubts);
    }
    String brokers = KafkaCheck.value(config, "compression.type");
    if (brokers != null && !brokers.equals("producer") && !same(brokers, compression)) {
      doubts.add(
          Check.warning(
              topic,
              "has compression.type="
                  + brokers
                  + " and this sink sends "
                  + (compression.equals("none") ? "uncompressed" : compression)
                  + ": the brokers compress every batch anew; set the topic to producer, or the"
                  + " sink's property compression.type to "
                  + (brokers.equals("uncompressed") ? "none" : brokers)));
    }
    return doubts;
  }

  private static boolean same(String brokers, String ours) {
    return brokers.equals("uncompressed") ? ours.equals("none") : brokers.equals(ours);
  }

  private static void kept(String topic, Config config, List<Check> doubts) {
    long millis = number(config, "retention.ms");
    if (millis >= 0 && millis < SHORT) {
      doubts.add(
          Check.warning(
              topic,
              "keeps events for "
                  + Settings.time(Duration.ofMillis(millis))
                  + " only (retention.ms="
                  + millis
                  + "): consumers that are away longer miss them, a day at least is usual"));
    }
    long bytes = number(config, "retention.bytes");
    if (bytes >= 0 && bytes < SMALL) {
      doubts.add(
          Check.warning(
              topic,
              "keeps "
                  + bytes
                  + " bytes of events in each partition (retention.bytes): consumers that are away"
                  + " miss what is dropped, 64 MiB at least is usual"));
    }
  }

  /** Returns the value of a key, or -1 (no limit) when it is missing or is not a number. */
  private static long number(Config config, String key) {
    String value = KafkaCheck.value(config, key);
    try {
      return value == null ? -1 : Long.parseLong(value);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
