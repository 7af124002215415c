package dev.hookbridge.log;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * The settings of the log. Before {@link #set} is called, hookbridge logs INFO and above, its
 * libraries log WARN and above, as text. Safe for any thread.
 */
public final class Log {
  /** The format of a line. */
  public enum Format {
    /** Time, thread, level and message. */
    TEXT,
    /** One JSON object per line: {@code time}, {@code level}, {@code thread}, {@code message}. */
    JSON
  }

  private static final String OURS = "dev.hookbridge";

  /**
   * Names of loggers that log nothing. The sink workers log each failure once; the client libraries
   * would log it several times per second. A condition that cannot be evaluated counts as true, as
   * docs/decisions.md says, so JEXL need not log it.
   */
  private static final List<String> SILENT =
      new CopyOnWriteArrayList<>(
          List.of("org.apache.kafka", "com.rabbitmq", "org.apache.commons.jexl3"));

  private static volatile Level level = Level.INFO;
  private static volatile Line line = new TextLine(Journal.readsStderr());

  private Log() {}

  /** Formats one message. */
  interface Line {
    String of(Instant time, String thread, Level level, String message, @Nullable Throwable cause);
  }

  /**
   * Sets the level and the format for all loggers from now on.
   *
   * @param least the lowest level to log
   */
  public static void set(Level least, Format format) {
    boolean journal = Journal.readsStderr();
    level = least;
    line = format == Format.JSON ? new JsonLine(journal) : new TextLine(journal);
  }

  /**
   * Silences all loggers whose names begin with a prefix.
   *
   * @param names the prefix
   */
  public static void silence(String names) {
    SILENT.add(names);
  }

  static boolean shows(String logger, Level asked) {
    if (logger.startsWith(OURS)) {
      return asked.toInt() >= level.toInt();
    }
    return asked.toInt() >= Level.WARN.toInt() && SILENT.stream().noneMatch(logger::startsWith);
  }

  /** Writes a message in one call, so that lines of two threads do not mix. */
  static void write(Level said, String message, @Nullable Throwable cause) {
    System.err.print(
        line.of(Instant.now(), Thread.currentThread().getName(), said, message, cause));
  }
}
