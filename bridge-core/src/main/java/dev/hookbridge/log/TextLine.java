package dev.hookbridge.log;

import dev.hookbridge.text.TextSanitizer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Formats a message as {@code 12:00:00.123 [thread] INFO message}, with the stack trace below it.
 * In the journal it omits the time.
 */
record TextLine(boolean journal) implements Log.Line {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

  @Override
  public String of(
      Instant time, String thread, Level level, String message, @Nullable Throwable cause) {
    String prefix = journal ? Journal.prefix(level) : "";
    StringBuilder text = new StringBuilder(prefix);
    if (!journal) {
      text.append(TIME.format(time)).append(' ');
    }
    text.append('[').append(thread).append("] ").append(level).append(' ');
    text.append(oneLine(message)).append('\n');
    if (cause != null) {
      trace(cause).lines().forEach(line -> text.append(prefix).append(oneLine(line)).append('\n'));
    }
    return text.toString();
  }

  /**
   * Replaces invisible characters. Text from a guest or a broker must not look like a separate line
   * or move a cursor.
   */
  private static String oneLine(String message) {
    StringBuilder text = new StringBuilder(message.length());
    message
        .codePoints()
        .map(c -> TextSanitizer.isHidden(c) && c != '\t' ? '?' : c)
        .forEach(text::appendCodePoint);
    return text.toString();
  }

  static String trace(Throwable cause) {
    StringWriter text = new StringWriter();
    cause.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
