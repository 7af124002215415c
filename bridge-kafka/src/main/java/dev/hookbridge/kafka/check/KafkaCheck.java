package dev.hookbridge.kafka.check;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.kafka.client.KafkaAdmin;
import dev.hookbridge.kafka.client.KafkaErrors;
import dev.hookbridge.kafka.client.KafkaSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

/**
 * Checks brokers and topic before events are published, and warns of settings that cause trouble
 * later.
 */
public final class KafkaCheck {
  /**
   * Partitions of a new topic. Partitions that are added later break the order of events that are
   * in flight, so there are spare ones from the start.
   */
  static final int PARTITIONS = 12;

  static final int REPLICAS = 3;
  private static final long HOUR_MS = 3_600_000; // the brokers' default limit
  private static final List<String> TIME_LIMITS =
      List.of("message.timestamp.before.max.ms", "message.timestamp.after.max.ms");
  private final KafkaSettings settings;
  private final KafkaAdmin admin;
  private final String topic;
  private final List<Check> lines = new ArrayList<>();

  private KafkaCheck(KafkaSettings settings, KafkaAdmin admin) {
    this.settings = settings;
    this.admin = admin;
    this.topic = "topic " + settings.topic();
  }

  /**
   * Checks the brokers and the topic of the feed.
   *
   * @param create whether to create a missing topic
   * @return one line for each finding; an unreachable broker is a failure line, not an exception
   */
  public static List<Check> of(KafkaSettings settings, boolean create) {
    String servers = "brokers " + settings.servers();
    try (KafkaAdmin admin = new KafkaAdmin(settings)) {
      KafkaCheck check = new KafkaCheck(settings, admin);
      check.look(servers, create);
      return check.lines;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of(Check.failure(servers, "interrupted"));
    } catch (ExecutionException | KafkaException e) {
      return failed(settings, KafkaErrors.sentence("cannot be used", e));
    }
  }

  /**
   * Returns the failure, and what listens at the configured addresses. For a wrong port the client
   * reports only a timeout.
   */
  private static List<Check> failed(KafkaSettings settings, String sentence) {
    List<Check> lines = new ArrayList<>();
    lines.add(Check.failure("brokers " + settings.servers(), sentence));
    KafkaPorts.look(settings)
        .forEach(found -> lines.add(Check.failure("bootstrap.servers", found)));
    return lines;
  }

  private void look(String servers, boolean create)
      throws ExecutionException, InterruptedException {
    var nodes = admin.nodes().get();
    lines.add(Check.ok(servers, "reachable, " + nodes.size() + " in the cluster"));
    for (String name : settings.unknown()) {
      lines.add(Check.warning("property " + name, "is none of Kafka's: look at its spelling"));
    }
    compression();
    autoCreate(nodes.iterator().next());
    TopicDescription description = admin.found(settings.topic());
    if (description == null && create) {
      create(nodes.size());
      description = admin.foundOnceKnown(settings.topic());
    }
    if (description == null) {
      lines.add(
          Check.failure(
              topic,
              "is not there: make it with 'hookbridge check --create' or Kafka's own tools"));
    } else {
      topic(description, nodes.size());
    }
  }

  private void compression() {
    try {
      String type = CompressionTrial.of(settings);
      if (!type.equals("none")) {
        lines.add(Check.ok("compression", "this machine compresses with " + type));
      }
    } catch (SinkException e) {
      lines.add(Check.failure("compression", String.valueOf(e.getMessage())));
    }
  }

  private void create(int brokers) throws ExecutionException, InterruptedException {
    short replicas = (short) Math.min(REPLICAS, brokers);
    NewTopic wanted =
        new NewTopic(settings.topic(), Optional.of(PARTITIONS), Optional.of(replicas));
    if (replicas == REPLICAS) {
      wanted.configs(Map.of("min.insync.replicas", String.valueOf(REPLICAS - 1)));
    }
    admin.create(wanted).get();
    lines.add(
        Check.ok(topic, "made with " + PARTITIONS + " partitions, replicated to " + replicas));
  }

  private void topic(TopicDescription description, int brokers)
      throws ExecutionException, InterruptedException {
    lines.add(Check.ok(topic, "there, with " + description.partitions().size() + " partitions"));
    writable(description.authorizedOperations());
    leaders(description);
    Config config = config(ConfigResource.Type.TOPIC, settings.topic());
    replicas(description.partitions().get(0), brokers, config);
    size(config);
    if (config != null) {
      lines.addAll(TopicWarnings.of(topic, config, settings.compression()));
      timestamps(config);
    }
  }

  private void writable(@Nullable Set<AclOperation> operations) {
    if (operations == null) {
      lines.add(Check.warning(topic, "the brokers do not report whether this user may write"));
    } else if (operations.contains(AclOperation.WRITE)) {
      lines.add(Check.ok(topic, "this user may write"));
    } else {
      lines.add(Check.failure(topic, "this user may not write: allow WRITE on it"));
    }
  }

  private void leaders(TopicDescription description) {
    long without =
        description.partitions().stream()
            .filter(partition -> partition.leader() == null || partition.leader().isEmpty())
            .count();
    if (without > 0) {
      lines.add(
          Check.warning(
              topic,
              without
                  + " partitions have no leader, their guests' events wait: look at the"
                  + " brokers"));
    }
  }

  private void replicas(TopicPartitionInfo first, int brokers, @Nullable Config config) {
    int replicas = first.replicas().size();
    int needed = number(config, "min.insync.replicas", 1);
    if (needed > first.isr().size()) {
      lines.add(
          Check.failure(
              topic,
              "min.insync.replicas is "
                  + needed
                  + " and "
                  + first.isr().size()
                  + " replicas are in sync: nothing can be published until more are"));
    } else if (replicas == 1 && brokers > 1) {
      lines.add(Check.warning(topic, "has one replica: a lost broker loses its events, use 3"));
    } else if (replicas > 2 && needed < 2) {
      lines.add(
          Check.warning(
              topic, "min.insync.replicas is 1: one broker's word confirms an event, use 2"));
    } else {
      lines.add(Check.ok(topic, replicas + " replicas, " + needed + " must have an event"));
    }
  }

  private void size(@Nullable Config config) {
    int limit = number(config, "max.message.bytes", Integer.MAX_VALUE);
    int ours = settings.maxRequestSize();
    if (limit < ours) {
      lines.add(
          Check.warning(
              topic,
              "takes "
                  + limit
                  + " bytes, the client would send "
                  + ours
                  + ": larger events are reduced to fit"));
    }
  }

  /**
   * Warns of a small time limit. A record carries the time at which it was sent. A topic can refuse
   * a record because of that time.
   */
  private void timestamps(Config config) {
    for (String key : TIME_LIMITS) {
      String limit = value(config, key);
      if (limit != null
          && Long.parseLong(limit) < HOUR_MS
          && !"LogAppendTime".equals(value(config, "message.timestamp.type"))) {
        String reported =
            key + " is " + limit + ": events wait while clocks differ by more, or while";
        lines.add(Check.warning(topic, reported + " a request takes longer; allow an hour"));
      }
    }
  }

  private void autoCreate(Node node) throws InterruptedException {
    Config config = config(ConfigResource.Type.BROKER, node.idString());
    if (config != null && "true".equals(value(config, "auto.create.topics.enable"))) {
      lines.add(
          Check.warning(
              "auto.create.topics.enable",
              "is on: a misspelt topic is made with one replica instead of reported, switch it"
                  + " off"));
    }
  }

  /** Returns the configuration, or null when this user may not read it. Many users may not. */
  private @Nullable Config config(ConfigResource.Type type, String name)
      throws InterruptedException {
    try {
      return admin.config(type, name).get();
    } catch (ExecutionException e) {
      return null;
    }
  }

  /** Returns the value of a key as a number, or the fallback when the value is not known. */
  static int number(@Nullable Config config, String key, int fallback) {
    String value = config == null ? null : value(config, key);
    return value == null ? fallback : Integer.parseInt(value);
  }

  /** Returns the value of a key, or null when the configuration does not have it. */
  static @Nullable String value(Config config, String key) {
    var entry = config.get(key);
    return entry == null ? null : entry.value();
  }
}
