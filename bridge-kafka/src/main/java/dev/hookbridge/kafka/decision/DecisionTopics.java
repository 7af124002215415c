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
 * Metadata of both topics. It is read, and the ACLs are checked, before the channel opens, so that
 * a missing permission fails at start-up and not on the first waiting hook.
 *
 * @param partitions the number of partitions of the topic of replies
 * @param maxMessageBytes the {@code max.message.bytes} of the topic of requests
 */
record DecisionTopics(int partitions, int maxMessageBytes) {

  /**
   * Reads the metadata from the brokers and checks the ACLs.
   *
   * @throws SinkException when a topic or permission is missing, or no broker answers in time
   */
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

  /**
   * Checks that this user has a permission. Brokers without an authorizer list every operation.
   * Null means that the broker does not report operations.
   */
  private static void require(TopicDescription topic, AclOperation operation) throws SinkException {
    Set<AclOperation> allowed = topic.authorizedOperations();
    if (allowed != null && !allowed.contains(operation)) {
      throw new SinkException(
          Reason.AUTHORIZATION,
          "this user may not " + operation + " topic " + topic.name() + ": allow it");
    }
  }
}
