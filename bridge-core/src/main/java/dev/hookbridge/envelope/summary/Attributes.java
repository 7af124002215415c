package dev.hookbridge.envelope.summary;

import org.jspecify.annotations.Nullable;

/** The attributes of one element, after redaction. */
public final class Attributes {
  private final String[] words;
  private int used;

  /**
   * Creates an empty set of attributes.
   *
   * @param count the maximum number of attributes
   */
  public Attributes(int count) {
    words = new String[2 * count];
  }

  /** Adds an attribute. There must be at most {@code count} of them. */
  public void add(String name, String value) {
    words[used++] = name;
    words[used++] = value;
  }

  @Nullable String get(String name) {
    for (int i = 0; i < used; i += 2) {
      if (words[i].equals(name)) {
        return words[i + 1];
      }
    }
    return null;
  }

  /** Returns the value of the first of these attributes that exists. */
  @Nullable String first(String... names) {
    for (String name : names) {
      String value = get(name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }
}
