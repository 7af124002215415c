package dev.hookbridge.decision.rule;

import java.nio.charset.StandardCharsets;

/**
 * Names by pattern, as the shim reads it: {@code *} stands for any number of bytes, {@code ?} for
 * one, and nothing else is special.
 */
public final class Glob {
  private final byte[] pattern;

  public Glob(String pattern) {
    this.pattern = pattern.getBytes(StandardCharsets.UTF_8);
  }

  public byte[] bytes() {
    return pattern;
  }

  /** In time of at most the product of both lengths, whatever the pattern. */
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
