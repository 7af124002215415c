package dev.hookbridge.kafka.decision;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.kafka.client.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;

/**
 * Holds the settings for decisions, and makes the client properties for hosts and deciders.
 *
 * @param broker the sink's own settings: brokers and security
 * @param requests the topic of requests to deciders
 * @param replies the topic of their replies
 */
public record DecisionSettings(KafkaSettings broker, String requests, String replies) {
  /** The topic of requests. */
  public static final SettingKey<String> REQUESTS =
      SettingKey.text(
          "decisions-topic",
          "libvirt.decisions",
          "The topic on which deciders are asked, where a rule uses this sink.");

  /** The topic of replies. */
  public static final SettingKey<String> REPLIES =
      SettingKey.text(
          "replies-topic",
          "libvirt.decisions.replies",
          "The topic of their replies; who may write it decides for every host.");

  /**
   * {@code fetch.max.wait.ms} of the replies' reader: an idle reader sends one fetch in this time.
   * A reply ends the wait at once, so it adds no latency. RATIONALE.md has the calculation for many
   * hosts.
   */
  static final Duration FETCH_WAIT = Duration.ofSeconds(5);

  /**
   * {@code delivery.timeout.ms}. A request is useless after 10 s at most. Its failure is useful
   * only while a hook waits.
   */
  private static final int DELIVERY_MS = 5_000;

  private static final int REQUEST_MS = 3_000;
  private static final int BATCH = 16 << 10;
  private static final int LEAST_BUFFER = 4 << 20;

  /**
   * Parses and checks the settings, without any connection.
   *
   * @throws IllegalArgumentException with one sentence, when a setting is wrong
   */
  public static DecisionSettings of(Settings settings) {
    KafkaSettings broker = KafkaSettings.of(settings);
    String requests = KafkaSettings.topic(settings, REQUESTS);
    String replies = KafkaSettings.topic(settings, REPLIES);
    if (requests.equals(replies) || List.of(requests, replies).contains(broker.topic())) {
      throw settings.wrong(
          requests.equals(broker.topic()) ? REQUESTS : REPLIES,
          "names a topic that has another use",
          "feed, requests and replies are three topics with three kinds of rights");
    }
    return new DecisionSettings(broker, requests, replies);
  }

  /**
   * Returns the properties of the producer of requests.
   *
   * <ul>
   *   <li>{@code max.block.ms} is 0: {@code send} fails at once when it would have to wait.
   *   <li>{@code metadata.max.idle.ms} is very long: the producer keeps the metadata of a topic
   *       without traffic.
   *   <li>{@code acks} is {@code all}. No thread waits for the confirm, and deciders see a request
   *       only after replication anyway. So it costs nothing and makes "sent" true.
   *   <li>The producer is not idempotent. A duplicate request does no harm, and the brokers need
   *       not keep producer state for every host.
   * </ul>
   */
  public Map<String, Object> pending(String host, String sink) {
    Map<String, Object> all = producer(host, sink + "-decisions");
    all.put("max.block.ms", 0);
    all.put("metadata.max.idle.ms", Duration.ofDays(3_650).toMillis());
    return all;
  }

  /** Returns the properties of the producer of replies. The decider waits for each confirm. */
  Map<String, Object> answering(String group) {
    Map<String, Object> all = producer(group, "decide");
    all.put("max.block.ms", REQUEST_MS);
    return all;
  }

  private Map<String, Object> producer(String host, String name) {
    Map<String, Object> all = broker.producer(host, name);
    all.put("client.id", "hookbridge-" + host + "-" + name);
    all.remove("interceptor.classes");
    all.put("enable.idempotence", false);
    all.put("acks", "all");
    all.put("max.in.flight.requests.per.connection", 5);
    all.put("linger.ms", 0);
    all.put("batch.size", BATCH);
    all.put("buffer.memory", (long) Math.max(LEAST_BUFFER, 2 * broker.maxRequestSize()));
    all.put("request.timeout.ms", REQUEST_MS);
    all.put("delivery.timeout.ms", DELIVERY_MS);
    return all;
  }

  /**
   * Returns the properties of the consumer of one partition of replies. When its offset does not
   * exist any more, it fails instead of choosing a new one: the replies in between would be missed
   * without notice.
   */
  public Map<String, Object> hearing(String host, String sink) {
    Map<String, Object> all = consumer();
    all.put("client.id", "hookbridge-" + host + "-" + sink + "-replies");
    all.put("auto.offset.reset", "none");
    all.put("fetch.max.wait.ms", (int) FETCH_WAIT.toMillis());
    all.put("request.timeout.ms", 2 * (int) FETCH_WAIT.toMillis());
    // The number of partitions is read with each refresh of the metadata.
    all.put("metadata.max.age.ms", 60_000);
    return all;
  }

  /**
   * Returns the properties of a member of a group of deciders. The group replaces a dead member
   * after 10 s.
   */
  Map<String, Object> deciding(String group) {
    Map<String, Object> all = consumer();
    all.put("group.id", group);
    all.put("client.id", "hookbridge-decide");
    all.put("auto.offset.reset", "latest");
    all.put("enable.auto.commit", true);
    all.put("auto.commit.interval.ms", 1_000);
    all.put("session.timeout.ms", 10_000);
    all.put("heartbeat.interval.ms", 3_000);
    all.put("partition.assignment.strategy", List.of(CooperativeStickyAssignor.class.getName()));
    return all;
  }

  private Map<String, Object> consumer() {
    Map<String, Object> all = broker.consumer();
    all.put("fetch.min.bytes", 1);
    all.put("fetch.max.bytes", 1 << 20);
    all.put("max.partition.fetch.bytes", 1 << 20);
    // A reply counts at once. An open transaction of another producer must not delay every host's
    // replies.
    all.put("isolation.level", "read_uncommitted");
    return all;
  }

  @Override
  public String toString() {
    return requests + " and " + replies + " at " + broker.servers();
  }
}
