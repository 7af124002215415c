package dev.hookbridge.text;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds a JSON object. Its members are written in the order of the given names, not in the order
 * in which their values were set. Members without a value are left out.
 */
public final class JsonObjectBuilder {
  /** The maximum chars of a text in the summary; a longer text is cut. The XML has it complete. */
  static final int MOST_TEXT = 1000;

  /** The maximum elements of a list, more than any host can have. The XML has all of them. */
  static final int MOST_ITEMS = 1000;

  private final List<String> names;
  private final @Nullable Object[] values;

  public JsonObjectBuilder(List<String> names) {
    this.names = names;
    this.values = new Object[names.size()];
  }

  /**
   * Sets a text, a number, a boolean or an object. The first value of a name stays, as with XPath.
   */
  public void put(String name, @Nullable Object value) {
    int at = names.indexOf(name);
    if (values[at] == null) {
      values[at] = value instanceof String text ? cut(text) : value;
    }
  }

  /** Sets a UUID in the form that libvirt writes. A text that is not a UUID is set unchanged. */
  public void putUuid(String name, String text) {
    String uuid = Uuids.canonical(text);
    put(name, uuid == null ? text : uuid);
  }

  /** Appends to a text, if there is one. */
  public void append(String name, String separator, @Nullable String more) {
    int at = names.indexOf(name);
    if (more != null && values[at] instanceof String text) {
      values[at] = cut(text + separator + more);
    }
  }

  /** Returns the text of a member, null when it has none. */
  public @Nullable String text(String name) {
    return values[names.indexOf(name)] instanceof String text ? text : null;
  }

  /** Makes these members lists, which are written even when they are empty. */
  public JsonObjectBuilder withLists(String... lists) {
    for (String list : lists) {
      put(list, new Items());
    }
    return this;
  }

  /** Appends to a list. Ignores an element beyond {@link #MOST_ITEMS}. */
  public void add(String list, Object item) {
    if (values[names.indexOf(list)] instanceof Items items && items.list.size() < MOST_ITEMS) {
      items.list.add(item);
    }
  }

  /** Returns whether no member has a value. */
  public boolean isEmpty() {
    for (Object value : values) {
      if (value != null) {
        return false;
      }
    }
    return true;
  }

  /** Writes the object. */
  public void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    for (int i = 0; i < values.length; i++) {
      Object value = values[i];
      if (value != null && !(value instanceof JsonObjectBuilder members && members.isEmpty())) {
        json.writeFieldName(names.get(i));
        write(json, value);
      }
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof JsonObjectBuilder members) {
      members.write(json);
    } else if (value instanceof Items items) {
      json.writeStartArray();
      for (Object item : items.list) {
        write(json, item);
      }
      json.writeEndArray();
    } else if (value instanceof Long number) {
      json.writeNumber(number);
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else {
      json.writeString(value.toString());
    }
  }

  /**
   * Cuts a longer text to {@link #MOST_TEXT} chars and appends an ellipsis. Never splits a
   * surrogate pair, because JSON cannot hold half of one.
   */
  public static String cut(String text) {
    if (text.length() <= MOST_TEXT) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MOST_TEXT - 1)) ? MOST_TEXT - 1 : MOST_TEXT;
    return text.substring(0, end) + "…";
  }

  private static final class Items {
    final List<Object> list = new ArrayList<>();
  }
}
