package dev.hookbridge.decider;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hookbridge.api.Envelope;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the parts of a request that a decider needs: rule, hook and guest for the log, and the time
 * limit for an answer. The request is untrusted.
 */
final class DecideRequest {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final Duration LONG_AGO = Duration.ofDays(-3_650);
  private final Envelope event;
  private final long receivedAt;

  /**
   * Creates a view of a request.
   *
   * @param receivedAt the time of receipt, by {@link System#nanoTime}
   */
  DecideRequest(Envelope event, long receivedAt) {
    this.event = event;
    this.receivedAt = receivedAt;
  }

  /**
   * Returns the time that is left for an answer. It is the smaller of two values: the host's total
   * timeout minus the time spent here, and the time until {@code expirytime}. The second value
   * makes a backlog harmless. It assumes that the clocks of the machines agree.
   */
  Duration left(Instant now) {
    Duration left = timeout().minusNanos(System.nanoTime() - receivedAt);
    String expiry = event.attributes().get("expirytime");
    if (expiry != null) {
      try {
        Duration until = Duration.between(now, Instant.parse(expiry));
        Duration least = until.compareTo(left) < 0 ? until : left;
        return least.compareTo(LONG_AGO) < 0 ? LONG_AGO : least;
      } catch (DateTimeException | ArithmeticException e) {
        return left;
      }
    }
    return left;
  }

  private Duration timeout() {
    try {
      long millis = Long.parseLong(event.attributes().getOrDefault("timeoutms", ""));
      return millis < 0 || millis > LONGEST.toMillis() ? LONGEST : Duration.ofMillis(millis);
    } catch (NumberFormatException e) {
      return LONGEST;
    }
  }

  /** Returns rule, hook and guest. */
  @Override
  public String toString() {
    Map<String, String> hook = hook();
    return event.attributes().getOrDefault("rule", "-")
        + " "
        + hook.getOrDefault("driver", "-")
        + "."
        + hook.getOrDefault("operation", "-")
        + " "
        + hook.getOrDefault("object", "-");
  }

  /**
   * Returns the text members of {@code data.hook}. Returns an empty map when they cannot be read.
   */
  private Map<String, String> hook() {
    Map<String, String> hook = new HashMap<>();
    try (JsonParser json = JSON.createParser(event.data())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return hook;
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = json.currentName().equals("hook");
        json.nextToken();
        if (wanted && json.currentToken() == JsonToken.START_OBJECT) {
          texts(json, hook);
          return hook;
        }
        json.skipChildren();
      }
    } catch (IOException e) {
      return hook;
    }
    return hook;
  }

  private static void texts(JsonParser json, Map<String, String> hook) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      if (json.nextToken() == JsonToken.VALUE_STRING) {
        hook.put(name, json.getText());
      } else {
        json.skipChildren();
      }
    }
  }
}
