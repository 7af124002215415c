package dev.hookbridge.amqp.sink;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a broker takes as one message's body, as far as is known. No broker tells it before it
 * refuses, so it begins with RabbitMQ's default before 4.0 and is lowered by each refusal.
 *
 * <p>Safe between threads.
 */
final class MessageLimit {
  static final int DEFAULT = 128 << 20;

  private static final Pattern TOLD = Pattern.compile("max size (\\d{1,9})\\b");

  private volatile int bytes = DEFAULT;

  int bytes() {
    return bytes;
  }

  /** Notes the broker's own figure, and in any case less than what it has refused. */
  synchronized void refused(long size, String detail) {
    Matcher told = TOLD.matcher(detail);
    long most = told.find() ? Math.min(Long.parseLong(told.group(1)), size - 1) : size - 1;
    bytes = (int) Math.max(1, Math.min(bytes, most));
  }
}
