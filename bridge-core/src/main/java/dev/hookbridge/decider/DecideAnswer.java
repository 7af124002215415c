package dev.hookbridge.decider;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * What is said about one request.
 *
 * @param word {@code allow}, {@code veto}, or null for no answer
 * @param why the reason of a veto, or why there is no answer
 */
record DecideAnswer(@Nullable String word, String why) {
  private static final JsonFactory JSON = new JsonFactory();

  static DecideAnswer allow() {
    return new DecideAnswer("allow", "");
  }

  static DecideAnswer veto(String reason) {
    String said = DecideText.printable(reason);
    return new DecideAnswer("veto", said.isEmpty() ? "no reason given" : said);
  }

  static DecideAnswer none(String why) {
    return new DecideAnswer(null, why);
  }

  /** The reply as hosts read it; null when there is nothing to say. */
  byte @Nullable [] reply(String decider) {
    if (word == null) {
      return null;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("decision", word);
      if (!why.isEmpty()) {
        json.writeStringField("reason", why);
      }
      json.writeStringField("decider", decider);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** For the log: {@code allow}, {@code veto: …}, {@code no answer: …}. */
  @Override
  public String toString() {
    String head = word == null ? "no answer" : word;
    return why.isEmpty() ? head : head + ": " + why;
  }
}
