package dev.hookbridge.envelope;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hookbridge.text.TextSanitizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses the JSON of an outcome, member by member. It takes known members of the right type and
 * skips everything else. It copies no value without a check.
 */
final class OutcomeParser {
  private final JsonParser json;

  /**
   * Creates a parser.
   *
   * @param json the JSON parser, at the beginning of the object
   */
  OutcomeParser(JsonParser json) {
    this.json = json;
  }

  void rules(List<RuleResult> results) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      boolean rules = json.currentName().equals("rules");
      if (json.nextToken() != JsonToken.START_ARRAY || !rules) {
        json.skipChildren();
        continue;
      }
      while (json.nextToken() != JsonToken.END_ARRAY && results.size() < RuleResult.MOST_RULES) {
        RuleResult result = json.currentToken() == JsonToken.START_OBJECT ? rule() : skipped();
        if (result != null) {
          results.add(result);
        }
      }
    }
  }

  private @Nullable RuleResult skipped() throws IOException {
    json.skipChildren();
    return null;
  }

  private @Nullable RuleResult rule() throws IOException {
    String rule = "";
    String decision = null;
    String cause = "";
    List<RuleResult.Word> replies = List.of();
    List<RuleResult.Ignored> ignored = List.of();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "rule" -> rule = text();
        case "decision" -> decision = text();
        case "cause" -> cause = text();
        case "replies" -> replies = objects(this::reply, RuleResult.MOST_REPLIES);
        case "ignored" -> ignored = objects(this::ignored, RuleResult.MOST_IGNORED);
        default -> json.skipChildren();
      }
    }
    return RuleResult.claimed(rule, decision, cause, replies, ignored);
  }

  /** Reads one object of a list. Returns null if it is not valid. */
  private interface One<T> {
    @Nullable T read() throws IOException;
  }

  private <T> List<T> objects(One<T> one, int most) throws IOException {
    List<T> objects = new ArrayList<>();
    if (json.currentToken() != JsonToken.START_ARRAY) {
      json.skipChildren();
      return objects;
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        json.skipChildren();
        continue;
      }
      T object = one.read();
      if (object != null && objects.size() < most) {
        objects.add(object);
      }
    }
    return objects;
  }

  private RuleResult.Ignored ignored() throws IOException {
    String decider = "";
    String why = "";
    long after = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "decider" -> decider = TextSanitizer.text(text(), RuleResult.MOST_DECIDER);
        case "why" -> why = text();
        case "afterMs" -> after = number();
        default -> json.skipChildren();
      }
    }
    return new RuleResult.Ignored(decider, RuleResult.cause(why), after);
  }

  private RuleResult.@Nullable Word reply() throws IOException {
    String decider = "";
    String decision = null;
    String reason = "";
    long after = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "decider" -> decider = TextSanitizer.text(text(), RuleResult.MOST_DECIDER);
        case "decision" -> decision = RuleResult.decision(text());
        case "reason" -> reason = TextSanitizer.text(text(), RuleResult.MOST_REASON);
        case "afterMs" -> after = number();
        default -> json.skipChildren();
      }
    }
    return decision == null ? null : new RuleResult.Word(decider, decision, reason, after);
  }

  private String text() throws IOException {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      return json.getText();
    }
    json.skipChildren();
    return "";
  }

  private long number() throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      return Math.max(0, json.getValueAsLong());
    }
    json.skipChildren();
    return 0;
  }
}
