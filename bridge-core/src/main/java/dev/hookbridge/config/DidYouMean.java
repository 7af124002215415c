package dev.hookbridge.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the known word that a misspelt word most likely means. */
final class DidYouMean {
  private DidYouMean() {}

  static Optional<String> to(String written, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(word -> distance(written, word)))
        .filter(word -> distance(written, word) <= Math.max(2, written.length() / 3));
  }

  /** Returns the Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
