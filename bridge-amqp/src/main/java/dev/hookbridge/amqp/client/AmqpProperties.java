package dev.hookbridge.amqp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.hookbridge.api.ContentMode;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import dev.hookbridge.api.StructuredEvent;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Envelope to message properties and back, by the CloudEvents AMQP binding carried over to 0-9-1.
 * In binary mode every attribute is a string header with the prefix, {@code datacontenttype} is the
 * property {@code content-type}. In structured mode the body is the whole event as JSON. For
 * readers that know nothing of CloudEvents {@code message-id} is the id, {@code type} the type and
 * {@code timestamp} the event's time in whole seconds.
 */
public final class AmqpProperties {
  private static final int PERSISTENT = 2;
  private static final int SHORT_STRING = 255;

  /** Frame header and end, class, weight, body size, flags, and the short strings' lengths. */
  private static final int HEADER_FRAME_FIXED = 64;

  /** Without these a message is no CloudEvent. */
  public static final Set<String> REQUIRED = Set.of("specversion", "id", "source", "type");

  private static final String CONTENT_TYPE = "datacontenttype";
  private static final Route UNKNOWN = new Route("unknown", "unknown", "unknown", "unknown");

  private final String prefix;

  public AmqpProperties(String prefix) {
    this.prefix = prefix;
  }

  public BasicProperties encode(Envelope envelope, ContentMode mode) {
    return mode == ContentMode.BINARY
        ? encode(envelope)
        : shared(envelope).contentType(StructuredEvent.CONTENT_TYPE).headers(Map.of()).build();
  }

  public static byte[] body(Envelope envelope, ContentMode mode) {
    return mode == ContentMode.BINARY ? envelope.data() : StructuredEvent.bytes(envelope);
  }

  /** How long {@link #body} is at most. */
  public static int bodyBytes(Envelope envelope, ContentMode mode) {
    return mode == ContentMode.BINARY ? envelope.data().length : envelope.size();
  }

  /** In binary mode. */
  public BasicProperties encode(Envelope envelope) {
    Map<String, Object> headers = new LinkedHashMap<>();
    envelope
        .attributes()
        .forEach(
            (name, value) -> {
              if (!name.equals(CONTENT_TYPE)) {
                headers.put(prefix + name, value);
              }
            });
    return shared(envelope)
        .contentType(envelope.attributes().get(CONTENT_TYPE))
        .headers(headers)
        .build();
  }

  /** What is the same in both modes. */
  private static BasicProperties.Builder shared(Envelope envelope) {
    return new BasicProperties.Builder()
        .deliveryMode(PERSISTENT)
        .messageId(envelope.id())
        .type(bytes(envelope.type()) <= SHORT_STRING ? envelope.type() : null)
        .timestamp(timestamp(envelope.attributes().get("time")));
  }

  /**
   * Why these properties cannot be sent, or null. It is asked before the client is, because a
   * publish that the client refuses after having counted it puts every later confirm off by one.
   *
   * @param frameMax what the broker agreed to, in bytes; 0 is no limit. A message's headers must
   *     fit into one frame, its body need not.
   */
  public static @Nullable String unsendable(BasicProperties properties, int frameMax) {
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
  public Envelope decode(BasicProperties properties, byte[] body) {
    if (StructuredEvent.hasContentType(properties.getContentType())) {
      try {
        return StructuredEvent.parse(body);
      } catch (IOException e) {
        return new Envelope(Map.of(), UNKNOWN, body, -1); // no CloudEvent, whatever it says
      }
    }
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
