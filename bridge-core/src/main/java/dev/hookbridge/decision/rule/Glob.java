package dev.hookbridge.decision.rule;

import java.nio.charset.StandardCharsets;

/**
 * A name pattern with the same rules as in the shim: {@code *} matches any number of bytes, {@code
 * ?} matches one byte, and all other characters match themselves.
 */
public final class Glob {
  private final byte[] pattern;

  public Glob(String pattern) {
    this.pattern = pattern.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the pattern in UTF-8. */
  public byte[] bytes() {
    return pattern;
  }

  /**
   * Returns whether a name matches. The time is at most proportional to the product of both
   * lengths.
   */
  boolean matches(byte[] name) {
    int at = 0;
    int star = -1;
    int resume = 0;
    for (int i = 0; i < name.length; ) {
      if (at < pattern.length && pattern[at] == '*') {
        star = at++;
        resume = i;
      } else if (at < pattern.length && (pattern[at] == '?' || pattern[at] == name[i])) {
        at++;
        i++;
      } else if (star >= 0) {
        at = star + 1;
        i = ++resume;
      } else {
        return false;
      }
    }
    while (at < pattern.length && pattern[at] == '*') {
      at++;
    }
    return at == pattern.length;
  }

  @Override
  public String toString() {
    return new String(pattern, StandardCharsets.UTF_8);
  }
}
