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
 * The result of one rule for a call that needed a decision. It is the part of the answer's JSON
 * that the shim returns in its record of the outcome.
 *
 * @param rule the name of the rule
 * @param decision {@code allow} or {@code veto}; null if another rule's veto decided the call first
 * @param cause {@code decided}, or the word for the default that applied
 * @param replies the replies of deciders, in the order of their arrival
 * @param ignored the replies that changed nothing and arrived before the call was decided
 */
public record RuleResult(
    String rule,
    @Nullable String decision,
    String cause,
    List<Word> replies,
    List<Ignored> ignored) {
  public static final String ALLOW = "allow";
  public static final String VETO = "veto";

  /** The word for a cause that this release does not know. */
  static final String UNKNOWN = Operations.UNKNOWN;

  /** Maximum size of the JSON in an answer, in bytes. */
  public static final int MOST_JSON = 64 << 10;

  static final int MOST_RULES = 64;
  static final int MOST_REPLIES = 64;

  /** Maximum number of recorded ignored replies per rule. There may have been more. */
  public static final int MOST_IGNORED = 16;

  static final int MOST_REASON = 512;
  static final int MOST_DECIDER = 256;
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
  private static final Pattern CAUSE = Pattern.compile("[a-z][a-z-]{0,31}");
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * A decider's reply.
   *
   * @param decider the decider's name; may be empty
   * @param decision {@code allow} or {@code veto}
   * @param reason the reason; may be empty
   * @param afterMs the time since the start of the wait, in ms
   */
  public record Word(String decider, String decision, String reason, long afterMs) {}

  /**
   * A reply that changed nothing.
   *
   * @param decider the decider's name; may be empty
   * @param why one word: {@code malformed}, {@code duplicate}, {@code nameless}, {@code late}
   * @param afterMs the time since the start of the wait, in ms
   */
  public record Ignored(String decider, String why, long afterMs) {}

  public RuleResult {
    replies = List.copyOf(replies);
    ignored = List.copyOf(ignored);
  }

  /** Makes a result from untrusted values. Returns null if the name cannot be a rule's name. */
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

  /** Returns the word if it has the form of a cause, otherwise {@link #UNKNOWN}. */
  static String cause(String claimed) {
    return CAUSE.matcher(claimed).matches() ? claimed : UNKNOWN;
  }

  /** Returns the name if it has the form of a rule's name, otherwise an empty string. */
  static String name(String claimed) {
    return NAME.matcher(claimed).matches() ? claimed : "";
  }

  /**
   * Encodes results as JSON of at most {@link #MOST_JSON} bytes. To make it fit, it leaves out
   * ignored replies, then shortens reasons, then leaves out replies.
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

  /**
   * Parses the output of {@link #json}. The bytes are untrusted. This method never throws an
   * exception.
   */
  static List<RuleResult> read(byte[] hostile) {
    List<RuleResult> results = new ArrayList<>();
    if (hostile.length > MOST_JSON) {
      return results; // an agent's answer is never larger
    }
    try (JsonParser json = JSON.createParser(hostile)) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        new OutcomeParser(json).rules(results);
      }
    } catch (IOException e) {
      return results; // the part that could be read
    }
    return results;
  }
}
