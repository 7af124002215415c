package dev.hookbridge.status;

import dev.hookbridge.text.TextSanitizer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** Numbers, times and names as people read them. */
final class DisplayText {
  /** A name longer than this is cut: the page is to find a guest by, not to copy from. */
  private static final int MOST_NAME = 80;

  /** More marks than any script puts on one letter would be drawn over the lines around it. */
  private static final int MOST_MARKS = 4;

  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("MM-dd HH:mm:ss");

  private DisplayText() {}

  /**
   * A name somebody chose, cut, and with an escape for every character that is not seen as itself:
   * controls, formats such as the marks that turn the reading direction, halves of characters, line
   * ends, and marks heaped upon one letter.
   */
  static String name(String text) {
    StringBuilder plain = new StringBuilder();
    int marks = 0;
    int shown = 0;
    for (int at = 0, point; at < text.length(); at += Character.charCount(point)) {
      if (++shown > MOST_NAME) {
        return plain.append('…').toString();
      }
      point = text.codePointAt(at);
      marks = isMark(point) ? marks + 1 : 0;
      if (isPlain(point) && marks <= MOST_MARKS) {
        plain.appendCodePoint(point);
      } else {
        plain.append("\\u{").append(Integer.toHexString(point)).append('}');
      }
    }
    return plain.toString();
  }

  private static boolean isMark(int point) {
    int type = Character.getType(point);
    return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
  }

  private static boolean isPlain(int point) {
    int type = Character.getType(point);
    return !TextSanitizer.isHidden(point)
        && type != Character.UNASSIGNED
        && type != Character.PRIVATE_USE;
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A count that may not be known. */
  static String count(double number) {
    return Double.isNaN(number) ? "unknown" : count((long) number);
  }

  static String bytes(long bytes) {
    String[] units = {"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes / 1024.0;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  }

  static String span(Duration time) {
    return span(time.toMillis() / 1000.0);
  }

  /** A length of time in seconds, in one unit or two. */
  static String span(double seconds) {
    if (Double.isNaN(seconds)) {
      return "unknown";
    }
    long whole = (long) seconds;
    if (whole < 10) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    if (whole < 60) {
      return whole + " s";
    }
    if (whole < 3_600) {
      return whole / 60 + " min " + whole % 60 + " s";
    }
    if (whole < 48 * 3_600) {
      return whole / 3_600 + " h " + whole / 60 % 60 + " min";
    }
    return whole / 86_400 + " d " + whole / 3_600 % 24 + " h";
  }

  static String clock(Instant now) {
    return DateTimeFormatter.ofPattern("HH:mm:ss").format(now.atOffset(ZoneOffset.UTC)) + " UTC";
  }

  /** An attribute {@code time}: its time of day when it is of today, else with its day. */
  static String time(String time, Instant now) {
    try {
      LocalDate today = now.atOffset(ZoneOffset.UTC).toLocalDate();
      var then = Instant.parse(time).atOffset(ZoneOffset.UTC);
      return (then.toLocalDate().equals(today) ? CLOCK : DAY).format(then);
    } catch (DateTimeParseException e) {
      return name(time);
    }
  }

  /** {@code qemu.started} of {@code dev.hookbridge.libvirt.qemu.started.v1}. */
  static String type(String type) {
    return name(
        type.replaceFirst("^dev\\.hookbridge\\.(libvirt\\.)?", "").replaceFirst("\\.v\\d+$", ""));
  }
}
