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
 * Converts envelopes to message properties and back, by the CloudEvents AMQP binding, adapted to
 * AMQP 0-9-1.
 *
 * <ul>
 *   <li>In binary mode, every attribute is a string header with the prefix. {@code datacontenttype}
 *       is the property {@code content-type}.
 *   <li>In structured mode, the body is the whole event as JSON.
 *   <li>For consumers without CloudEvents support, {@code message-id} is the event's ID, {@code
 *       type} is its type, and {@code timestamp} is its time in whole seconds.
 * </ul>
 */
public final class AmqpProperties {
  private static final int PERSISTENT = 2;
  private static final int SHORT_STRING = 255;

  /**
   * Bytes for frame header and end, class, weight, body size, flags, and the length bytes of short
   * strings.
   */
  private static final int HEADER_FRAME_FIXED = 64;

  /** Attributes that every CloudEvent has. */
  public static final Set<String> REQUIRED = Set.of("specversion", "id", "source", "type");

  private static final String CONTENT_TYPE = "datacontenttype";

  private final String prefix;

  /**
   * Creates a converter.
   *
   * @param prefix the text before the attribute name in a header
   */
  public AmqpProperties(String prefix) {
    this.prefix = prefix;
  }

  /** Returns the message properties of an event. */
  public BasicProperties encode(Envelope envelope, ContentMode mode) {
    return mode == ContentMode.BINARY
        ? encode(envelope)
        : shared(envelope).contentType(StructuredEvent.CONTENT_TYPE).headers(Map.of()).build();
  }

  /** Returns the message body of an event. */
  public static byte[] body(Envelope envelope, ContentMode mode) {
    return mode == ContentMode.BINARY ? envelope.data() : StructuredEvent.bytes(envelope);
  }

  /** Returns an upper bound for the length of {@link #body} in bytes. */
  public static int bodyBytes(Envelope envelope, ContentMode mode) {
    return mode == ContentMode.BINARY ? envelope.data().length : envelope.size();
  }

  /** Returns the message properties of an event in binary mode. */
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

  /** Returns the properties that are the same in both modes. */
  private static BasicProperties.Builder shared(Envelope envelope) {
    return new BasicProperties.Builder()
        .deliveryMode(PERSISTENT)
        .messageId(envelope.id())
        .type(bytes(envelope.type()) <= SHORT_STRING ? envelope.type() : null)
        .timestamp(timestamp(envelope.attributes().get("time")));
  }

  /**
   * Returns why these properties cannot be sent, or null when they can. Call this before the
   * client's publish. The client counts a message before it refuses it, and then every later
   * confirm is off by one.
   *
   * @param frameMax the negotiated maximum frame size in bytes, 0 for no limit. The headers of a
   *     message must fit into one frame. The body need not.
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

  /** Converts a message to an event. Headers without the prefix are not attributes. */
  public Envelope decode(BasicProperties properties, byte[] body) {
    if (StructuredEvent.hasContentType(properties.getContentType())) {
      try {
        return StructuredEvent.parse(body);
      } catch (IOException e) {
        return new Envelope(Map.of(), Route.UNKNOWN, body, -1); // not a valid CloudEvent
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
    return new Envelope(attributes, Route.UNKNOWN, body, -1);
  }

  private static @Nullable Date timestamp(@Nullable String time) {
    try {
      return time == null ? null : Date.from(Instant.parse(time));
    } catch (DateTimeException | IllegalArgumentException e) {
      return null; // the attribute keeps the original text
    }
  }

  private static int bytes(@Nullable String text) {
    return text == null ? 0 : text.getBytes(UTF_8).length;
  }
}
