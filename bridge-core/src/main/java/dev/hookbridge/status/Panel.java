package dev.hookbridge.status;

import java.util.List;

/**
 * A box of the page: the words that HTML and the live stream both show, so that they are found in
 * one place. Every text is as it will be read, and may hold anything.
 *
 * @param id of {@code [a-z]+}, its place on the page
 * @param word how it is, in a few words
 * @param facts each a name and what stands there
 * @param columns of its table, empty when it never has one
 * @param rows as many cells as there are columns
 * @param none what stands instead of a table without rows, may be empty
 */
record Panel(
    String id,
    String title,
    Level level,
    String word,
    List<Fact> facts,
    List<Column> columns,
    List<List<Cell>> rows,
    String none) {

  /** How something is. A colour never says it alone, a word stands beside it. */
  enum Level {
    NONE,
    GOOD,
    WARN,
    BAD;

    /** Its name for HTML, CSS and JSON. */
    String word() {
      return switch (this) {
        case NONE -> "none";
        case GOOD -> "good";
        case WARN -> "warn";
        case BAD -> "bad";
      };
    }

    Level worse(Level other) {
      return compareTo(other) >= 0 ? this : other;
    }
  }

  record Fact(String name, Cell value) {
    static Fact of(String name, String value) {
      return new Fact(name, Cell.of(value));
    }
  }

  /** Numbers stand at the right. */
  record Column(String name, boolean number) {
    static Column text(String name) {
      return new Column(name, false);
    }

    static Column number(String name) {
      return new Column(name, true);
    }
  }

  record Cell(String text, Level level) {
    static Cell of(String text) {
      return new Cell(text, Level.NONE);
    }
  }

  /** A box with facts only. */
  static Panel of(String id, String title, Level level, String word, List<Fact> facts) {
    return new Panel(id, title, level, word, facts, List.of(), List.of(), "");
  }
}
