package dev.hookbridge.decision.rule;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.delivery.Reduction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts an event's data, without the XML, to maps, lists, texts, numbers and booleans. */
public final class EventMap {
  private static final JsonFactory JSON = new JsonFactory();

  private EventMap() {}

  /** Returns the data of an event. Null members and null items are left out. */
  public static Map<String, Object> of(Envelope event) {
    try (JsonParser json = JSON.createParser(Reduction.withoutXml(event).data())) {
      json.nextToken();
      return object(json);
    } catch (IOException e) {
      throw new UncheckedIOException("reading our own JSON", e);
    }
  }

  private static Map<String, Object> object(JsonParser json) throws IOException {
    Map<String, Object> members = new HashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      Object value = value(json);
      if (value != null) {
        members.put(name, value);
      }
    }
    return members;
  }

  private static @Nullable Object value(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> object(json);
      case START_ARRAY -> {
        List<Object> items = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          Object item = value(json);
          if (item != null) {
            items.add(item);
          }
        }
        yield items;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_STRING -> json.getText();
      default -> null;
    };
  }
}
