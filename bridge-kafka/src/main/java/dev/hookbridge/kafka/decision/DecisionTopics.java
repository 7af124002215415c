package dev.hookbridge.kafka.decision;

import dev.hookbridge.api.Reason;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.kafka.client.KafkaAdmin;
import dev.hookbridge.kafka.client.KafkaErrors;
import dev.hookbridge.kafka.client.KafkaTopic;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What one who asks must know of both topics first, and may not find out by asking: a missing right
 * would else be told by the first hook that waits.
 *
 * @param partitions of the topic of replies
 * @param maxMessageBytes of the topic of requests
 */
record DecisionTopics(int partitions, int maxMessageBytes) {

  static DecisionTopics read(DecisionSettings settings) throws SinkException {
    try (KafkaAdmin admin = new KafkaAdmin(settings.broker())) {
      var requests = admin.topic(settings.requests());
      var replies = admin.topic(settings.replies());
      var config = admin.config(ConfigResource.Type.TOPIC, settings.requests());
      require(requests.get(), AclOperation.WRITE);
      require(replies.get(), AclOperation.READ);
      return new DecisionTopics(
          replies.get().partitions().size(), KafkaTopic.maxMessageBytes(config));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw KafkaErrors.exception("interrupted", e);
    } catch (ExecutionException | KafkaException e) {
      throw KafkaErrors.exception("cannot use topics " + settings, e);
    }
  }

  /** Brokers without an authorizer name every operation; null is one that does not tell. */
  private static void require(TopicDescription topic, AclOperation operation) throws SinkException {
    Set<AclOperation> allowed = topic.authorizedOperations();
    if (allowed != null && !allowed.contains(operation)) {
      throw new SinkException(
          Reason.AUTHORIZATION,
          "this user may not " + operation + " topic " + topic.name() + ": allow it");
    }
  }
}
