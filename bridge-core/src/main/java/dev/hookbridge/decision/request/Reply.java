package dev.hookbridge.decision.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.hookbridge.decision.rule.Vote;
import dev.hookbridge.text.TextSanitizer;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A decider's reply: {@code {"decision": "allow"|"veto", "reason": "…", "decider": "…"}}.
 *
 * @param reason the text that the user reads after a veto; may be empty
 * @param decider the decider's name, or empty if the reply has none
 */
record Reply(Vote verdict, String reason, String decider) {
  static final int MOST_BYTES = 64 << 10;
  private static final int MOST_REASON = 512;
  private static final int MOST_DECIDER = 256;
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * Parses bytes from any sender. It skips unknown members, because a decider's library may add
   * some. Known members must have the right type. Returns empty if the bytes are not a reply.
   */
  static Optional<Reply> of(byte[] body) {
    if (body.length > MOST_BYTES) {
      return Optional.empty();
    }
    try (JsonParser json = JSON.createParser(body)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      Optional<Reply> reply = members(json);
      return json.nextToken() == null ? reply : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<Reply> members(JsonParser json) throws IOException {
    Vote verdict = null;
    String reason = "";
    String decider = "";
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "decision" -> verdict = verdict(text(json));
        case "reason" -> reason = TextSanitizer.text(text(json), MOST_REASON);
        case "decider" -> decider = TextSanitizer.text(text(json), MOST_DECIDER);
        default -> json.skipChildren();
      }
    }
    return verdict == null ? Optional.empty() : Optional.of(new Reply(verdict, reason, decider));
  }

  /**
   * Returns the text of the current value. A null is an empty text, because many libraries write
   * null for a missing value.
   */
  private static String text(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_STRING -> json.getText();
      case VALUE_NULL -> "";
      default -> throw new IOException("not a text");
    };
  }

  private static @Nullable Vote verdict(String word) {
    for (Vote verdict : Vote.values()) {
      if (verdict.word().equals(word)) {
        return verdict;
      }
    }
    return null;
  }
}
