package dev.hookbridge.status;

import dev.hookbridge.text.TextSanitizer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** Formats numbers, times and names for people. */
final class DisplayText {
  /**
   * Maximum length of a name on the page. The page helps to find a guest; names are not copied from
   * it.
   */
  private static final int MOST_NAME = 80;

  /**
   * Maximum number of marks on one letter. No script needs more, and more would cover the lines
   * around it.
   */
  private static final int MOST_MARKS = 4;

  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("MM-dd HH:mm:ss");

  private DisplayText() {}

  /**
   * Formats a name that a user chose. It cuts long names. It escapes every character that is not
   * visible as itself: controls, format characters such as those that change the reading direction,
   * half surrogate pairs, line ends, and too many marks on one letter.
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

  /** Formats a count, or {@code unknown}. */
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

  /** Formats a duration in seconds, with one unit or two. */
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

  /** Formats an attribute {@code time}: the time of day if it is today, otherwise with the date. */
  static String time(String time, Instant now) {
    try {
      LocalDate today = now.atOffset(ZoneOffset.UTC).toLocalDate();
      var then = Instant.parse(time).atOffset(ZoneOffset.UTC);
      return (then.toLocalDate().equals(today) ? CLOCK : DAY).format(then);
    } catch (DateTimeParseException e) {
      return name(time);
    }
  }

  /**
   * Shortens a type: {@code dev.hookbridge.libvirt.qemu.started.v1} becomes {@code qemu.started}.
   */
  static String type(String type) {
    return name(
        type.replaceFirst("^dev\\.hookbridge\\.(libvirt\\.)?", "").replaceFirst("\\.v\\d+$", ""));
  }
}
