package dev.hookbridge.decider;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one decision request.
 *
 * @param word {@code allow}, {@code veto}, or null for no answer
 * @param why the reason of a veto, or why there is no answer
 */
record DecideAnswer(@Nullable String word, String why) {
  private static final JsonFactory JSON = new JsonFactory();

  /** Returns an allow. */
  static DecideAnswer allow() {
    return new DecideAnswer("allow", "");
  }

  /** Returns a veto. The reason is made printable. */
  static DecideAnswer veto(String reason) {
    String said = DecideText.printable(reason);
    return new DecideAnswer("veto", said.isEmpty() ? "no reason given" : said);
  }

  /** Returns no answer. */
  static DecideAnswer none(String why) {
    return new DecideAnswer(null, why);
  }

  /** Returns the reply as JSON for the host, or null when there is no answer. */
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

  /** Returns the text for the log: {@code allow}, {@code veto: …} or {@code no answer: …}. */
  @Override
  public String toString() {
    String head = word == null ? "no answer" : word;
    return why.isEmpty() ? head : head + ": " + why;
  }
}
