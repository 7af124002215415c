package dev.hookbridge.kafka.client;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Wraps the Kafka admin client. Each request completes or fails within 4 s. */
public final class KafkaAdmin implements AutoCloseable {
  private final Admin admin;

  /** Creates the client. It connects with the first request. */
  public KafkaAdmin(KafkaSettings settings) {
    admin = Admin.create(settings.admin());
  }

  /** Returns the brokers of the cluster. */
  public KafkaFuture<Collection<Node>> nodes() {
    return admin.describeCluster().nodes();
  }

  /** Returns the description of a topic, with the operations that this user may do on it. */
  public KafkaFuture<TopicDescription> topic(String name) {
    DescribeTopicsOptions options = new DescribeTopicsOptions().includeAuthorizedOperations(true);
    return requireNonNull(admin.describeTopics(List.of(name), options).topicNameValues().get(name));
  }

  /** Waits for the description of a topic, or returns null when there is no such topic. */
  public @Nullable TopicDescription found(String name)
      throws ExecutionException, InterruptedException {
    try {
      return topic(name).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Waits up to about 5 s for the description of a new topic, or returns null. Not every broker
   * knows a new topic at once.
   */
  public @Nullable TopicDescription foundOnceKnown(String name)
      throws ExecutionException, InterruptedException {
    for (int attempt = 0; attempt < 50; attempt++) {
      TopicDescription description = found(name);
      if (description != null) {
        return description;
      }
      Thread.sleep(100);
    }
    return null;
  }

  /** Returns the configuration of a topic or broker. It fails when this user may not read it. */
  public KafkaFuture<Config> config(ConfigResource.Type type, String name) {
    ConfigResource resource = new ConfigResource(type, name);
    return requireNonNull(admin.describeConfigs(List.of(resource)).values().get(resource));
  }

  /** Creates a topic. */
  public KafkaFuture<Void> create(NewTopic topic) {
    return admin.createTopics(List.of(topic)).all();
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
