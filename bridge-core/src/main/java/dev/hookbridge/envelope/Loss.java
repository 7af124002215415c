package dev.hookbridge.envelope;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events that at least one consumer will not get.
 *
 * @param where the place of the loss: {@code mailbox}, {@code spool}
 * @param reason one word: {@code max-bytes}, {@code disk-full}, {@code damaged}, {@code late},
 *     {@code uncounted}, {@code rolled-back}, or {@code errno-28} with the number of the system's
 *     error
 * @param sinks the sinks that had not confirmed the events; empty if no sink could have received
 *     them
 * @param count the number of events, 0 if it is unknown
 * @param first the first of them: its {@code sequence} if it had one, otherwise its time (RFC 3339)
 * @param last the last of them, in the same form
 * @param causationId the hook event's id if the loss is a single event, otherwise null
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
