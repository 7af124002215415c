package dev.hookbridge.delivery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hookbridge.api.Envelope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reduces an event in steps until it is small enough for a sink. The first step is the event as the
 * sink wants it. The second replaces the XML with its size and hash. The third also empties the
 * arrays of the summary. A reduced event has the attribute {@code reduced}.
 */
public final class Reduction {
  /** The steps of reduction. The last step is the smallest form. */
  enum Step {
    NONE,
    XML,
    ARRAYS;

    Step next() {
      return this == NONE ? XML : ARRAYS;
    }
  }

  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] XML_MEMBER = ",\"xml\":".getBytes(StandardCharsets.US_ASCII);

  private Reduction() {}

  /** Returns the envelope without its XML, for a sink with {@code xml: none}. */
  public static Envelope withoutXml(Envelope envelope) {
    int at = envelope.xmlAt();
    if (at < 0) {
      return envelope;
    }
    byte[] data = Arrays.copyOf(envelope.data(), at + 1);
    data[at] = '}';
    return envelope.withData(data, -1);
  }

  /** An envelope and its step. */
  record Reduced(Envelope envelope, Step step) {}

  /**
   * Returns the envelope, reduced only as far as necessary to have at most {@code limit} bytes. The
   * result may be larger, if even the last step is too large.
   */
  public static Envelope within(Envelope envelope, long limit) {
    return within(envelope, limit, Step.NONE).envelope();
  }

  /**
   * Reduces an envelope to at most {@code limit} bytes, if possible.
   *
   * @param least the least step of reduction
   */
  static Reduced within(Envelope envelope, long limit, Step least) {
    Step step = least;
    Envelope small = reduce(envelope, step);
    while (small.size() > limit && step != Step.ARRAYS) {
      step = step.next();
      small = reduce(envelope, step);
    }
    return new Reduced(small, step);
  }

  /**
   * Returns the envelope at a step.
   *
   * @param envelope the envelope that the sink would get without a reduction
   */
  static Envelope reduce(Envelope envelope, Step step) {
    if (step == Step.NONE) {
      return envelope;
    }
    Envelope small = envelope;
    if (envelope.xmlAt() >= 0) {
      small = withoutXml(envelope);
      byte[] head = Arrays.copyOf(small.data(), small.data().length - 1);
      String reduced = ",\"reduced\":" + describe(envelope) + "}";
      small = small.withData(concat(head, reduced.getBytes(StandardCharsets.US_ASCII)), -1);
    }
    if (step == Step.ARRAYS) {
      small = small.withData(emptyArrays(small.data()), -1);
    }
    return small.with("reduced", "true");
  }

  /** Returns size and hash of the redacted XML itself, not of its form as a JSON string. */
  private static String describe(Envelope envelope) {
    byte[] data = envelope.data();
    int from = envelope.xmlAt() + XML_MEMBER.length + 1;
    return JsonDigest.of(data, from, data.length - 2).describe();
  }

  private static byte[] emptyArrays(byte[] json) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    try (JsonParser parser = JSON.createParser(json);
        JsonGenerator generator = JSON.createGenerator(out)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        generator.copyCurrentEvent(parser);
        if (token == JsonToken.START_ARRAY) {
          parser.skipChildren();
          generator.writeEndArray();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] concat(byte[] head, byte[] tail) {
    byte[] whole = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, whole, head.length, tail.length);
    return whole;
  }
}
