package dev.hookbridge.delivery;

import dev.hookbridge.api.Route;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A sink's filter: patterns of {@code driver.operation.suboperation}. {@code *} matches any one
 * word. The agent's own events always pass.
 */
public final class Include {
  private static final Pattern WORD = Pattern.compile("\\*|-|[a-z][a-z-]*");

  private final List<String[]> patterns;

  /**
   * Parses the patterns.
   *
   * @throws IllegalArgumentException with one sentence, when a pattern is invalid
   */
  public Include(List<String> patterns) {
    this.patterns = patterns.stream().map(Include::words).toList();
  }

  /** Returns the patterns as they were written. */
  public List<String> patterns() {
    return patterns.stream().map(words -> String.join(".", words)).toList();
  }

  private static String[] words(String pattern) {
    String[] words = pattern.split("\\.", -1);
    for (String word : words) {
      if (words.length != 3 || !WORD.matcher(word).matches()) {
        throw new IllegalArgumentException(
            "'"
                + pattern
                + "' is not a pattern: write driver.operation.suboperation, * for any word");
      }
    }
    return words;
  }

  /** Returns whether the sink gets events of this route. */
  public boolean passes(Route route) {
    if (route.isAgent()) {
      return true;
    }
    for (String[] words : patterns) {
      if (matches(words[0], route.driver())
          && matches(words[1], route.operation())
          && matches(words[2], route.suboperation())) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(String word, String value) {
    return word.equals("*") || word.equals(value);
  }
}
