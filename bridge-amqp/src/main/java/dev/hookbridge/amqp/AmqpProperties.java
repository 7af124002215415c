package dev.hookbridge.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.hookbridge.Envelope;
import dev.hookbridge.Route;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Envelope to message properties and back, by the CloudEvents AMQP binding's binary mode carried
 * over to 0-9-1: every attribute is a string header with the prefix, {@code datacontenttype} is the
 * property {@code content-type}. For readers that know nothing of CloudEvents {@code message-id} is
 * the id, {@code type} the type and {@code timestamp} the event's time in whole seconds.
 */
final class AmqpProperties {
  private static final int PERSISTENT = 2;
  private static final int SHORT_STRING = 255;

  /** Frame header and end, class, weight, body size, flags, and the short strings' lengths. */
  private static final int HEADER_FRAME_FIXED = 64;

  /** Without these a message is no CloudEvent. */
  static final Set<String> REQUIRED = Set.of("specversion", "id", "source", "type");

  private static final String CONTENT_TYPE = "datacontenttype";
  private static final Route UNKNOWN = new Route("unknown", "unknown", "unknown", "unknown");

  private final String prefix;

  AmqpProperties(String prefix) {
    this.prefix = prefix;
  }

  BasicProperties encode(Envelope envelope) {
    Map<String, Object> headers = new LinkedHashMap<>();
    envelope
        .attributes()
        .forEach(
            (name, value) -> {
              if (!name.equals(CONTENT_TYPE)) {
                headers.put(prefix + name, value);
              }
            });
    return new BasicProperties.Builder()
        .deliveryMode(PERSISTENT)
        .messageId(envelope.id())
        .type(bytes(envelope.type()) <= SHORT_STRING ? envelope.type() : null)
        .contentType(envelope.attributes().get(CONTENT_TYPE))
        .timestamp(timestamp(envelope.attributes().get("time")))
        .headers(headers)
        .build();
  }

  /**
   * Why these properties cannot be sent, or null. It is asked before the client is, because a
   * publish that the client refuses after having counted it puts every later confirm off by one.
   *
   * @param frameMax what the broker agreed to, in bytes; 0 is no limit. A message's headers must
   *     fit into one frame, its body need not.
   */
  static @Nullable String unsendable(BasicProperties properties, int frameMax) {
    if (bytes(properties.getMessageId()) > SHORT_STRING) {
      return "the id has more than 255 bytes";
    }
    if (bytes(properties.getContentType()) > SHORT_STRING) {
      return "the content type has more than 255 bytes";
    }
    long size = HEADER_FRAME_FIXED;
    size += bytes(properties.getMessageId());
    size += bytes(properties.getContentType());
    size += bytes(properties.getType());
    for (Map.Entry<String, Object> header : properties.getHeaders().entrySet()) {
      int name = bytes(header.getKey());
      if (name > SHORT_STRING) {
        return "an attribute's name has more than 255 bytes";
      }
      size += 6 + name + bytes((String) header.getValue());
    }
    return frameMax > 0 && size > frameMax
        ? "the attributes need " + size + " bytes, the broker's frames have " + frameMax
        : null;
  }

  /** What a reader makes of a message; headers without the prefix are not attributes. */
  Envelope decode(BasicProperties properties, byte[] body) {
    Map<String, String> attributes = new LinkedHashMap<>();
    Map<String, Object> headers = properties.getHeaders();
    if (headers != null) {
      headers.forEach(
          (name, value) -> {
            if (name.startsWith(prefix)) {
              attributes.put(name.substring(prefix.length()), String.valueOf(value));
            }
          });
    }
    if (properties.getContentType() != null) {
      attributes.put(CONTENT_TYPE, properties.getContentType());
    }
    return new Envelope(attributes, UNKNOWN, body, -1);
  }

  private static @Nullable Date timestamp(@Nullable String time) {
    try {
      return time == null ? null : Date.from(Instant.parse(time));
    } catch (DateTimeException | IllegalArgumentException e) {
      return null; // the attribute still holds what was written
    }
  }

  private static int bytes(@Nullable String text) {
    return text == null ? 0 : text.getBytes(UTF_8).length;
  }
}
