package dev.hookbridge.text;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The members of a JSON object, written in the order in which their names were given here, whatever
 * the order in which the XML gave their values. What has no value is left out.
 */
public final class JsonObjectBuilder {
  /** Longer texts are cut in the summary; the XML has them whole. */
  static final int MOST_TEXT = 1000;

  /** More elements than any host can hold; the XML has them all. */
  static final int MOST_ITEMS = 1000;

  private final List<String> names;
  private final @Nullable Object[] values;

  public JsonObjectBuilder(List<String> names) {
    this.names = names;
    this.values = new Object[names.size()];
  }

  /** Sets a text, a number, a flag or an object; the first value stays, as XPath's first would. */
  public void put(String name, @Nullable Object value) {
    int at = names.indexOf(name);
    if (values[at] == null) {
      values[at] = value instanceof String text ? cut(text) : value;
    }
  }

  /** Sets a UUID in the form that libvirt writes, or the text as it is when it is none. */
  public void putUuid(String name, String text) {
    String uuid = Uuids.canonical(text);
    put(name, uuid == null ? text : uuid);
  }

  /** Makes a text longer, when there is one already. */
  public void append(String name, String separator, @Nullable String more) {
    int at = names.indexOf(name);
    if (more != null && values[at] instanceof String text) {
      values[at] = cut(text + separator + more);
    }
  }

  public @Nullable String text(String name) {
    return values[names.indexOf(name)] instanceof String text ? text : null;
  }

  /** Makes these members lists, written even when nothing is in them. */
  public JsonObjectBuilder withLists(String... lists) {
    for (String list : lists) {
      put(list, new Items());
    }
    return this;
  }

  /** Appends to a list; what is beyond {@link #MOST_ITEMS} is left out. */
  public void add(String list, Object item) {
    if (values[names.indexOf(list)] instanceof Items items && items.list.size() < MOST_ITEMS) {
      items.list.add(item);
    }
  }

  public boolean isEmpty() {
    for (Object value : values) {
      if (value != null) {
        return false;
      }
    }
    return true;
  }

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

  /** Never between the two halves of a character, which JSON could not hold. */
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
