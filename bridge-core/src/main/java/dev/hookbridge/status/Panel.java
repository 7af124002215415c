package dev.hookbridge.status;

import java.util.List;

/**
 * A box of the page. HTML and the live stream use the same texts from it. Every text is final, and
 * may contain any characters.
 *
 * @param id the place on the page, {@code [a-z]+}
 * @param word the state, in a few words
 * @param facts names with their values
 * @param columns the columns of the table; empty if the box never has one
 * @param rows the rows; each has as many cells as there are columns
 * @param none the text to show instead of a table without rows; may be empty
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

  /** The level of a state. A color is always accompanied by a word. */
  enum Level {
    NONE,
    GOOD,
    WARN,
    BAD;

    /** Returns the name for HTML, CSS and JSON. */
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

  /** A column of a table. Numbers are right-aligned. */
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

  /** Returns a box that has only facts. */
  static Panel of(String id, String title, Level level, String word, List<Fact> facts) {
    return new Panel(id, title, level, word, facts, List.of(), List.of(), "");
  }
}
