package dev.hookbridge.kafka.decision;

import dev.hookbridge.api.Settings;
import dev.hookbridge.kafka.client.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;

/**
 * What the configuration says about decisions, and the clients' properties for both ends.
 *
 * @param broker the sink's own settings: where the brokers are, and how to get in
 * @param requests the topic on which deciders are asked
 * @param replies the topic on which they answer
 */
public record DecisionSettings(KafkaSettings broker, String requests, String replies) {
  public static final String REQUESTS = "decisions-topic";
  public static final String REPLIES = "replies-topic";

  /**
   * An idle reader asks once in this time; a reply ends the wait at once, so it costs no latency.
   * RATIONALE.md has the arithmetic of many hosts.
   */
  static final Duration FETCH_WAIT = Duration.ofSeconds(5);

  /** A request is of no use after 10 s at most, and its failure only while a hook waits. */
  private static final int DELIVERY_MS = 5_000;

  private static final int REQUEST_MS = 3_000;
  private static final int BATCH = 16 << 10;
  private static final int LEAST_BUFFER = 4 << 20;

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException with one sentence
   */
  public static DecisionSettings of(Settings settings) {
    KafkaSettings broker = KafkaSettings.of(settings);
    String requests = topic(settings, REQUESTS, "libvirt.decisions");
    String replies = topic(settings, REPLIES, "libvirt.decisions.replies");
    if (requests.equals(replies) || List.of(requests, replies).contains(broker.topic())) {
      throw settings.wrong(
          requests.equals(broker.topic()) ? REQUESTS : REPLIES,
          "names a topic that has another use",
          "feed, requests and replies are three topics with three kinds of rights");
    }
    return new DecisionSettings(broker, requests, replies);
  }

  private static String topic(Settings settings, String key, String fallback) {
    return KafkaSettings.topic(settings, key, settings.text(key, fallback));
  }

  /**
   * The producer of requests. {@code max.block.ms} 0 makes {@code send} say at once that it would
   * have to wait, and a topic nobody was asked about for long stays known. All in-sync replicas
   * must have a request: nobody waits for that, and deciders see it no earlier anyway, so it costs
   * nothing and makes "sent" true. Not idempotent: a request seen twice does no harm, and brokers
   * need not remember a producer for every host.
   */
  public Map<String, Object> asking(String host, String sink) {
    Map<String, Object> all = producer(host, sink + "-decisions");
    all.put("max.block.ms", 0);
    all.put("metadata.max.idle.ms", Duration.ofDays(3_650).toMillis());
    return all;
  }

  /** The producer of replies, of which each is waited for. */
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
   * The reader of one partition of replies. A place that is no more is told and not guessed anew:
   * what lies between would be replies that nobody heard.
   */
  public Map<String, Object> hearing(String host, String sink) {
    Map<String, Object> all = consumer();
    all.put("client.id", "hookbridge-" + host + "-" + sink + "-replies");
    all.put("auto.offset.reset", "none");
    all.put("fetch.max.wait.ms", (int) FETCH_WAIT.toMillis());
    all.put("request.timeout.ms", 2 * (int) FETCH_WAIT.toMillis());
    // The number of partitions is looked at as often as this.
    all.put("metadata.max.age.ms", 60_000);
    return all;
  }

  /** A member of a group of deciders: one that dies is replaced after 10 s. */
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
    // A word said counts; a transaction somebody left open must not hold every host's replies.
    all.put("isolation.level", "read_uncommitted");
    return all;
  }

  @Override
  public String toString() {
    return requests + " and " + replies + " at " + broker.servers();
  }
}
