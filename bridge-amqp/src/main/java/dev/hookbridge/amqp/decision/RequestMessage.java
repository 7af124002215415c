package dev.hookbridge.amqp.decision;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import dev.hookbridge.amqp.client.AmqpProperties;
import dev.hookbridge.amqp.client.AmqpRouting;
import dev.hookbridge.amqp.client.ConfirmChannel;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Envelope;

/**
 * A decision request as a message. The event is encoded as every other event ({@link
 * AmqpProperties}). The other properties are those that any RabbitMQ client replies to: {@code
 * reply-to}, {@code correlation-id} (hex) and {@code expiration} (ms).
 */
record RequestMessage(String id, String key, BasicProperties properties, byte[] body) {
  private static final int TRANSIENT = 1;
  private static final int LONGEST_CORRELATION = 128;

  /** Returns the message of a request. */
  static RequestMessage of(DecisionRequest request, AmqpProperties attributes) {
    Envelope event = request.event().with("rule", request.rule());
    BasicProperties properties =
        attributes
            .encode(event)
            .builder()
            .deliveryMode(TRANSIENT)
            .replyTo(ConfirmChannel.REPLY_TO)
            .correlationId(request.correlation())
            .expiration(String.valueOf(request.expiry().toMillis()))
            .build();
    String key = AmqpRouting.request(request.rule(), event.route());
    return new RequestMessage(event.id(), key, properties, event.data());
  }

  /**
   * Returns the correlation ID of a reply. It is empty when there is none, or when it is too long
   * to be one of ours.
   */
  static String correlation(Delivery reply) {
    String correlation = reply.getProperties().getCorrelationId();
    return correlation == null || correlation.length() > LONGEST_CORRELATION ? "" : correlation;
  }
}
