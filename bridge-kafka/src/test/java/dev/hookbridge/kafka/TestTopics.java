package dev.hookbridge.kafka;

import dev.hookbridge.testing.Seen;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;

/** Topics for tests, and what a plain consumer with the CloudEvents SDK reads in them. */
final class TestTopics {
  private TestTopics() {}

  static String newName() {
    return "hooks-" + UUID.randomUUID();
  }

  /** Something to ask of a broker. */
  interface Wish {
    void of(Admin admin) throws ExecutionException, InterruptedException;
  }

  static void ask(String servers, Wish wish) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      wish.of(admin);
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static String create(String servers, int partitions, Map<String, String> configs) {
    return create(servers, newName(), partitions, configs);
  }

  static String create(String servers, String topic, int partitions, Map<String, String> configs) {
    NewTopic wanted = new NewTopic(topic, Optional.of(partitions), Optional.of((short) 1));
    ask(
        servers,
        admin -> {
          admin.createTopics(List.of(wanted.configs(configs))).all().get();
          awaitLeaders(admin, topic);
        });
    return topic;
  }

  static void delete(String servers, String topic) {
    ask(servers, admin -> admin.deleteTopics(List.of(topic)).all().get());
  }

  /** Sets the topic's {@code max.message.bytes}. */
  static void limit(String servers, String topic, int bytes) {
    ConfigResource of = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    ConfigEntry entry = new ConfigEntry("max.message.bytes", String.valueOf(bytes));
    AlterConfigOp set = new AlterConfigOp(entry, AlterConfigOp.OpType.SET);
    ask(servers, admin -> admin.incrementalAlterConfigs(Map.of(of, List.of(set))).all().get());
  }

  static void allowNothingButToLook(String servers, String topic) {
    AccessControlEntry look =
        new AccessControlEntry("User:*", "*", AclOperation.DESCRIBE, AclPermissionType.ALLOW);
    ask(
        servers,
        admin -> admin.createAcls(List.of(new AclBinding(resource(topic), look))).all().get());
  }

  static void allowAll(String servers, String topic) {
    AclBindingFilter all =
        new AclBindingFilter(resource(topic).toFilter(), AccessControlEntryFilter.ANY);
    ask(servers, admin -> admin.deleteAcls(List.of(all)).all().get());
  }

  private static ResourcePattern resource(String topic) {
    return new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL);
  }

  /** A topic that was made is not yet one that every broker knows. */
  static void awaitLeaders(Admin admin, String topic) {
    Awaitility.await("leaders of " + topic)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .ignoreExceptionsInstanceOf(ExecutionException.class)
        .until(
            () ->
                admin
                    .describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions()
                    .stream()
                    .allMatch(partition -> partition.leader() != null));
  }

  static List<Seen> read(String servers, String topic, int atLeast) {
    return records(servers, topic, atLeast).stream().map(TestTopics::seen).toList();
  }

  /**
   * All there is, partition by partition; waits for as many as there must be while they come, at
   * most 20 s apart.
   */
  static List<ConsumerRecord<byte[], byte[]>> records(String servers, String topic, int atLeast) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", servers);
    properties.put("key.deserializer", ByteArrayDeserializer.class.getName());
    properties.put("value.deserializer", ByteArrayDeserializer.class.getName());
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long last = System.nanoTime();
      while (System.nanoTime() - last < Duration.ofSeconds(20).toNanos()
          && (records.size() < atLeast || !atEnd(consumer, partitions))) {
        int before = records.size();
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
        last = records.size() > before ? System.nanoTime() : last;
      }
    }
    return records;
  }

  private static boolean atEnd(KafkaConsumer<?, ?> consumer, List<TopicPartition> partitions) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    return partitions.stream().allMatch(p -> consumer.position(p) >= ends.get(p));
  }

  static Seen seen(ConsumerRecord<byte[], byte[]> record) {
    CloudEvent event = KafkaMessageFactory.createReader(record).toEvent();
    Map<String, String> attributes = new TreeMap<>();
    for (String name : event.getAttributeNames()) {
      attributes.put(name, String.valueOf(event.getAttribute(name)));
    }
    for (String name : event.getExtensionNames()) {
      attributes.put(name, String.valueOf(event.getExtension(name)));
    }
    byte[] data = event.getData() == null ? new byte[0] : event.getData().toBytes();
    return new Seen(new String(record.key(), StandardCharsets.UTF_8), attributes, data);
  }
}
