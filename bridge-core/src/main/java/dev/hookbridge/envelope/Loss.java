package dev.hookbridge.envelope;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events that no consumer, or not every one, will get.
 *
 * @param where the place they were lost at: {@code mailbox}, {@code spool}
 * @param reason one word: {@code max-bytes}, {@code disk-full}, {@code damaged}, {@code late},
 *     {@code uncounted}, or {@code errno-28} with the number of the system's error
 * @param sinks the sinks that had not confirmed them; empty when no sink could have had them
 * @param count how many, 0 when that is not known
 * @param first the first of them: its {@code sequence} where it had one, else its time (RFC 3339)
 * @param last the last of them, likewise
 * @param causationId the hook event's id when it is about a single one
 */
public record Loss(
    String where,
    String reason,
    List<String> sinks,
    long count,
    @Nullable String first,
    @Nullable String last,
    @Nullable String causationId) {

  void write(JsonGenerator json) throws IOException {
    json.writeStringField("where", where);
    json.writeStringField("reason", reason);
    json.writeArrayFieldStart("sinks");
    for (String sink : sinks) {
      json.writeString(sink);
    }
    json.writeEndArray();
    json.writeNumberField("count", count);
    if (first != null) {
      json.writeStringField("first", first);
    }
    if (last != null) {
      json.writeStringField("last", last);
    }
  }
}
