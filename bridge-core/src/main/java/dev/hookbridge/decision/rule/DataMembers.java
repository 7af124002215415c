package dev.hookbridge.decision.rule;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The members that a hook event's data can have, as {@code docs/schema/hook.v1.json} lists them for
 * consumers.
 *
 * @param members the members by name; empty for a value without members
 * @param items the members of each list item; null if the value is not a list
 */
record DataMembers(Map<String, DataMembers> members, @Nullable DataMembers items) {
  private static final String SCHEMA = "hook.v1.json";

  /** Returns the members of the complete data. */
  static DataMembers ofEvents() {
    try (InputStream in = DataMembers.class.getResourceAsStream(SCHEMA);
        JsonParser json = new JsonFactory().createParser(Objects.requireNonNull(in, SCHEMA))) {
      json.nextToken();
      return read(json);
    } catch (IOException e) {
      throw new UncheckedIOException("reading our own schema", e);
    }
  }

  /** Reads an object of the schema. The parser is at its beginning. */
  private static DataMembers read(JsonParser json) throws IOException {
    Map<String, DataMembers> members = new TreeMap<>();
    DataMembers items = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (name.equals("properties")) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String member = json.currentName();
          json.nextToken();
          members.put(member, read(json));
        }
      } else if (name.equals("items")) {
        items = read(json);
      } else {
        json.skipChildren();
      }
    }
    return new DataMembers(members, items);
  }
}
