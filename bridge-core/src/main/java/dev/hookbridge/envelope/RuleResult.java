package dev.hookbridge.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hookbridge.text.TextSanitizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What became of one rule of a call that was asked about: the part of the answer's JSON which the
 * shim hands back in its record of the outcome.
 *
 * @param rule the rule's name
 * @param decision {@code allow} or {@code veto}; null when another rule's veto ended the asking
 * @param cause the word for why: {@code decided}, or which default applied
 * @param replies what deciders said, in the order in which they were heard
 * @param ignored replies that changed nothing, as far as they came before the call was decided
 */
public record RuleResult(
    String rule,
    @Nullable String decision,
    String cause,
    List<Word> replies,
    List<Ignored> ignored) {
  public static final String ALLOW = "allow";
  public static final String VETO = "veto";

  /** Stands for a cause this release does not know. */
  static final String UNKNOWN = Operations.UNKNOWN;

  /** No answer holds more of it. */
  public static final int MOST_JSON = 64 << 10;

  static final int MOST_RULES = 64;
  static final int MOST_REPLIES = 64;

  /** Of one rule; there may have been more. */
  public static final int MOST_IGNORED = 16;

  static final int MOST_REASON = 512;
  static final int MOST_DECIDER = 256;
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
  private static final Pattern CAUSE = Pattern.compile("[a-z][a-z-]{0,31}");
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * One decider's reply.
   *
   * @param decider may be empty
   * @param decision {@code allow} or {@code veto}
   * @param reason may be empty
   * @param afterMs counted from the asking
   */
  public record Word(String decider, String decision, String reason, long afterMs) {}

  /**
   * A reply that changed nothing.
   *
   * @param decider may be empty
   * @param why one word: {@code malformed}, {@code duplicate}, {@code nameless}, {@code late}
   * @param afterMs counted from the asking
   */
  public record Ignored(String decider, String why, long afterMs) {}

  public RuleResult {
    replies = List.copyOf(replies);
    ignored = List.copyOf(ignored);
  }

  /** A claim about a rule, made harmless; null when it can be none. */
  static @Nullable RuleResult claimed(
      String rule,
      @Nullable String decision,
      String cause,
      List<Word> replies,
      List<Ignored> ignored) {
    return NAME.matcher(rule).matches()
        ? new RuleResult(rule, decision(decision), cause(cause), replies, ignored)
        : null;
  }

  static @Nullable String decision(@Nullable String claimed) {
    return ALLOW.equals(claimed) || VETO.equals(claimed) ? claimed : null;
  }

  /** The cause, when it can be one. */
  static String cause(String claimed) {
    return CAUSE.matcher(claimed).matches() ? claimed : UNKNOWN;
  }

  /** A rule's name, when it can be one, else empty. */
  static String name(String claimed) {
    return NAME.matcher(claimed).matches() ? claimed : "";
  }

  /**
   * Results as JSON of at most {@link #MOST_JSON} bytes: ignored replies are left out, reasons cut
   * shorter, then replies left out, until it fits.
   */
  public static byte[] json(List<RuleResult> results) {
    byte[] whole = json(results, MOST_REASON, true, true);
    if (whole.length <= MOST_JSON) {
      return whole;
    }
    for (int reasons = MOST_REASON; reasons > 0; reasons /= 8) {
      byte[] json = json(results, reasons, true, false);
      if (json.length <= MOST_JSON) {
        return json;
      }
    }
    return json(results, 0, false, false);
  }

  private static byte[] json(
      List<RuleResult> results, int reasons, boolean replies, boolean ignored) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      write(json, results, reasons, replies, ignored);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  static void write(JsonGenerator json, List<RuleResult> results) throws IOException {
    write(json, results, MOST_REASON, true, true);
  }

  private static void write(
      JsonGenerator json, List<RuleResult> results, int reasons, boolean replies, boolean ignored)
      throws IOException {
    json.writeArrayFieldStart("rules");
    for (RuleResult result : results) {
      json.writeStartObject();
      json.writeStringField("rule", result.rule);
      if (result.decision != null) {
        json.writeStringField("decision", result.decision);
      }
      json.writeStringField("cause", result.cause);
      json.writeArrayFieldStart("replies");
      for (Word word : replies ? result.replies : List.<Word>of()) {
        write(json, word, reasons);
      }
      json.writeEndArray();
      if (ignored && !result.ignored.isEmpty()) {
        writeIgnored(json, result.ignored);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeIgnored(JsonGenerator json, List<Ignored> ignored) throws IOException {
    json.writeArrayFieldStart("ignored");
    for (Ignored reply : ignored) {
      json.writeStartObject();
      if (!reply.decider.isEmpty()) {
        json.writeStringField("decider", reply.decider);
      }
      json.writeStringField("why", reply.why);
      json.writeNumberField("afterMs", reply.afterMs);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, Word word, int reasons) throws IOException {
    json.writeStartObject();
    if (!word.decider.isEmpty()) {
      json.writeStringField("decider", word.decider);
    }
    json.writeStringField("decision", word.decision);
    if (!word.reason.isEmpty()) {
      json.writeStringField("reason", TextSanitizer.text(word.reason, reasons));
    }
    json.writeNumberField("afterMs", word.afterMs);
    json.writeEndObject();
  }

  /** Reads what {@link #json} wrote, of which others may have made anything: never throws. */
  static List<RuleResult> read(byte[] hostile) {
    List<RuleResult> results = new ArrayList<>();
    if (hostile.length > MOST_JSON) {
      return results; // no answer of an agent has more
    }
    try (JsonParser json = JSON.createParser(hostile)) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        new OutcomeParser(json).rules(results);
      }
    } catch (IOException e) {
      return results; // as far as it could be read
    }
    return results;
  }
}
