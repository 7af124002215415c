package dev.hookbridge.log;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * What is logged, and how. Until {@link #set} is called: INFO and above of our own, WARN and above
 * of the libraries, as text. Safe from any thread.
 */
public final class Log {
  /** How a line is written. */
  public enum Format {
    /** Time, thread, level and message. */
    TEXT,
    /** One JSON object a line: {@code time}, {@code level}, {@code thread}, {@code message}. */
    JSON
  }

  private static final String OURS = "dev.hookbridge";

  /**
   * The sink workers log each failure once; the clients would log it several times a second. A
   * condition that cannot be evaluated counts as true, as docs/decisions.md says.
   */
  private static final List<String> SILENT =
      new CopyOnWriteArrayList<>(
          List.of("org.apache.kafka", "com.rabbitmq", "org.apache.commons.jexl3"));

  private static volatile Level level = Level.INFO;
  private static volatile Line line = new TextLine(Journal.readsStderr());

  private Log() {}

  /** One message as it is written. */
  interface Line {
    String of(Instant time, String thread, Level level, String message, @Nullable Throwable cause);
  }

  /** From now on, for all loggers. */
  public static void set(Level least, Format format) {
    boolean journal = Journal.readsStderr();
    level = least;
    line = format == Format.JSON ? new JsonLine(journal) : new TextLine(journal);
  }

  /** Nothing more of loggers whose names begin so. */
  public static void silence(String names) {
    SILENT.add(names);
  }

  static boolean shows(String logger, Level asked) {
    if (logger.startsWith(OURS)) {
      return asked.toInt() >= level.toInt();
    }
    return asked.toInt() >= Level.WARN.toInt() && SILENT.stream().noneMatch(logger::startsWith);
  }

  /** One write, so that lines of two threads do not mix. */
  static void write(Level said, String message, @Nullable Throwable cause) {
    System.err.print(
        line.of(Instant.now(), Thread.currentThread().getName(), said, message, cause));
  }
}
