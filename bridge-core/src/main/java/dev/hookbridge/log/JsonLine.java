package dev.hookbridge.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Formats a message as one JSON object: {@code time} in RFC 3339, {@code level} in lower case,
 * {@code thread}, {@code message}, and {@code error} with the stack trace if there is one. ASCII
 * only.
 */
record JsonLine(boolean journal) implements Log.Line {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  @Override
  public String of(
      Instant time, String thread, Level level, String message, @Nullable Throwable cause) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("time", time.truncatedTo(ChronoUnit.MILLIS).toString());
      json.writeStringField("level", level.name().toLowerCase(Locale.ROOT));
      json.writeStringField("thread", thread);
      json.writeStringField("message", message);
      if (cause != null) {
        json.writeStringField("error", TextLine.trace(cause));
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // cannot happen in memory
    }
    return (journal ? Journal.prefix(level) : "") + text + "\n";
  }
}
