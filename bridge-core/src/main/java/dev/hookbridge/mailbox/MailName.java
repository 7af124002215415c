package dev.hookbridge.mailbox;

import dev.hookbridge.text.Ids;
import dev.hookbridge.text.Uuids;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a file in the mailbox: {@code <boottime ns>-<boot id>-<wall ns>-<id>}. {@code
 * docs/protocol.md} defines it.
 */
public record MailName(long boottime, String bootId, long time, String id) {
  private static final String UUID = Uuids.CANONICAL;
  private static final Pattern NAME =
      Pattern.compile("(\\d{20})-(" + UUID + ")-(\\d{20})-(" + UUID + ")");

  /** Parses a name. Returns null when it has another format. */
  static @Nullable MailName parse(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return null;
    }
    try {
      return new MailName(
          Long.parseLong(matcher.group(1)),
          matcher.group(2),
          Long.parseLong(matcher.group(3)),
          matcher.group(4));
    } catch (NumberFormatException e) {
      return null; // twenty digits can exceed a long
    }
  }

  @Override
  public String toString() {
    return Ids.digits(boottime) + "-" + bootId + "-" + Ids.digits(time) + "-" + id;
  }
}
