package dev.hookbridge.kafka.check;

import dev.hookbridge.api.Check;
import dev.hookbridge.kafka.client.KafkaAdmin;
import dev.hookbridge.kafka.client.KafkaErrors;
import dev.hookbridge.kafka.decision.DecisionSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

/**
 * Checks the topics of requests and replies, and creates missing ones on demand: partitions, ACLs,
 * {@code min.insync.replicas} and retention.
 */
public final class DecisionCheck {
  /**
   * Partitions of a new topic of requests: the number of deciders of one group that can work in
   * parallel.
   */
  static final int REQUEST_PARTITIONS = 12;

  /**
   * Partitions of a new topic of replies. Hosts that share a partition read each other's replies.
   * RATIONALE.md has the calculation.
   */
  static final int REPLY_PARTITIONS = 32;

  private static final String HOUR = "3600000";
  private static final long DAY = 86_400_000;
  private final KafkaAdmin admin;
  private final boolean create;
  private final List<Check> lines = new ArrayList<>();

  private DecisionCheck(KafkaAdmin admin, boolean create) {
    this.admin = admin;
    this.create = create;
  }

  /** The required state of a topic. */
  private record Wanted(
      String name, int partitions, AclOperation right, Map<String, String> configs) {}

  /**
   * Checks both topics.
   *
   * @param create whether to create a missing topic
   * @return one line for each finding; an unreachable broker is a failure line, not an exception
   */
  public static List<Check> of(DecisionSettings settings, boolean create) {
    String servers = "brokers " + settings.broker().servers();
    try (KafkaAdmin admin = new KafkaAdmin(settings.broker())) {
      DecisionCheck check = new DecisionCheck(admin, create);
      check.look(requests(settings.requests()));
      check.look(replies(settings.replies()));
      return check.lines;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of(Check.failure(servers, "interrupted"));
    } catch (ExecutionException | KafkaException e) {
      return List.of(Check.failure(servers, KafkaErrors.sentence("cannot be used", e)));
    }
  }

  private static Wanted requests(String name) {
    Map<String, String> configs = Map.of("retention.ms", HOUR, "segment.ms", HOUR);
    return new Wanted(name, REQUEST_PARTITIONS, AclOperation.WRITE, configs);
  }

  /**
   * Returns the required state of the topic of replies. A reply is one sentence, so a small {@code
   * max.message.bytes} limits a harmful writer.
   */
  private static Wanted replies(String name) {
    Map<String, String> configs =
        Map.of("retention.ms", HOUR, "segment.ms", HOUR, "max.message.bytes", "65536");
    return new Wanted(name, REPLY_PARTITIONS, AclOperation.READ, configs);
  }

  private void look(Wanted wanted) throws ExecutionException, InterruptedException {
    TopicDescription description = admin.found(wanted.name());
    if (description == null && create) {
      make(wanted);
      description = admin.foundOnceKnown(wanted.name());
    }
    String topic = "topic " + wanted.name();
    if (description == null) {
      lines.add(
          Check.failure(
              topic,
              "is not there: make it with 'hookbridge check --create' or Kafka's own tools"));
      return;
    }
    lines.add(Check.ok(topic, "there, with " + description.partitions().size() + " partitions"));
    right(topic, wanted.right(), description.authorizedOperations());
    settings(wanted, description);
  }

  private void make(Wanted wanted) throws ExecutionException, InterruptedException {
    short replicas = (short) Math.min(KafkaCheck.REPLICAS, admin.nodes().get().size());
    Map<String, String> configs = new LinkedHashMap<>(wanted.configs());
    if (replicas == KafkaCheck.REPLICAS) {
      configs.put("min.insync.replicas", String.valueOf(KafkaCheck.REPLICAS - 1));
    }
    NewTopic topic =
        new NewTopic(wanted.name(), Optional.of(wanted.partitions()), Optional.of(replicas));
    admin.create(topic.configs(configs)).get();
    lines.add(
        Check.ok(
            "topic " + wanted.name(),
            "made with "
                + wanted.partitions()
                + " partitions, replicated to "
                + replicas
                + ", kept for an hour"));
  }

  private void right(String topic, AclOperation needed, @Nullable Set<AclOperation> allowed) {
    if (allowed == null) {
      lines.add(Check.warning(topic, "the brokers do not report whether this user may " + needed));
    } else if (allowed.contains(needed)) {
      lines.add(Check.ok(topic, "this user may " + needed));
    } else {
      lines.add(Check.failure(topic, "this user may not " + needed + ": allow it"));
    }
    if (needed == AclOperation.READ && allowed != null && allowed.contains(AclOperation.WRITE)) {
      lines.add(
          Check.warning(
              topic,
              "this user may WRITE it, and so decide for every host: leave that to deciders"));
    }
  }

  private void settings(Wanted wanted, TopicDescription description) throws InterruptedException {
    Config config = config(wanted.name());
    String topic = "topic " + wanted.name();
    int inSync = description.partitions().get(0).isr().size();
    int needed = KafkaCheck.number(config, "min.insync.replicas", 1);
    if (needed > inSync) {
      lines.add(
          Check.failure(
              topic,
              "min.insync.replicas is " + needed + " and " + inSync + " are: nothing can be sent"));
    }
    if (config != null && kept(config) > DAY) {
      lines.add(
          Check.warning(
              topic, "is kept longer than a day, and of no use after 10 s: retention.ms " + HOUR));
    }
  }

  private static long kept(Config config) {
    var entry = config.get("retention.ms");
    long kept = entry == null ? 0 : Long.parseLong(entry.value());
    return kept < 0 ? Long.MAX_VALUE : kept;
  }

  /**
   * Returns the topic's configuration, or null when this user may not read it. Many users may not.
   */
  private @Nullable Config config(String topic) throws InterruptedException {
    try {
      return admin.config(ConfigResource.Type.TOPIC, topic).get();
    } catch (ExecutionException e) {
      return null;
    }
  }
}
