package dev.hookbridge.amqp.sink;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Holds the largest message body that the broker accepts, as far as known. A broker does not
 * announce its limit before a refusal. So the value starts with RabbitMQ's default before 4.0, and
 * each refusal lowers it.
 *
 * <p>Safe for use by several threads.
 */
final class MessageLimit {
  static final int DEFAULT = 128 << 20;

  private static final Pattern TOLD = Pattern.compile("max size (\\d{1,9})\\b");

  private volatile int bytes = DEFAULT;

  int bytes() {
    return bytes;
  }

  /**
   * Records a refusal. The new limit is the number in the broker's message, and always less than
   * the refused size.
   */
  synchronized void refused(long size, String detail) {
    Matcher reported = TOLD.matcher(detail);
    long most = reported.find() ? Math.min(Long.parseLong(reported.group(1)), size - 1) : size - 1;
    bytes = (int) Math.max(1, Math.min(bytes, most));
  }
}
