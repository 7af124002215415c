package dev.hookbridge.observer;

import dev.hookbridge.observer.rpc.MalformedMessageException;
import dev.hookbridge.observer.rpc.XdrReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the typed parameters of a completed job: its operation, its result, times and amounts. */
final class JobParameters {
  private static final int PARAMETER = 12;

  /** libvirt's names of numbers, in the order of the event's members. */
  private static final List<Map.Entry<String, String>> NUMBERS =
      List.of(
          Map.entry("time_elapsed", "elapsedMs"),
          Map.entry("downtime", "downtimeMs"),
          Map.entry("data_total", "totalBytes"),
          Map.entry("data_processed", "processedBytes"),
          Map.entry("memory_total", "memoryTotalBytes"),
          Map.entry("memory_processed", "memoryProcessedBytes"),
          Map.entry("memory_iteration", "iterations"));

  private JobParameters() {}

  static void read(XdrReader body, Map<String, Object> details) throws MalformedMessageException {
    Map<String, Object> parameters = new HashMap<>();
    for (int left = body.count(PARAMETER); left > 0; left--) {
      String name = new String(body.string(), StandardCharsets.UTF_8);
      parameters.put(name, value(body));
    }
    if (parameters.get("operation") instanceof Long operation) {
      details.put("operation", Words.of(Words.JOB, operation.intValue()));
    }
    if (parameters.get("success") instanceof Boolean success) {
      details.put("success", success);
    }
    if (parameters.get("errmsg") instanceof String message) {
      details.put("error", message);
    }
    for (Map.Entry<String, String> number : NUMBERS) {
      if (parameters.get(number.getKey()) instanceof Long value && value >= 0) {
        details.put(number.getValue(), value);
      }
    }
  }

  /** Reads a value: the number of its type, then the value. */
  private static Object value(XdrReader body) throws MalformedMessageException {
    int type = body.number();
    return switch (type) {
      case 1 -> (long) body.number();
      case 2 -> Integer.toUnsignedLong(body.number());
      case 3, 4 -> body.hyper();
      case 5 -> body.real();
      case 6 -> body.present();
      case 7 -> EventDecoder.text(body.string());
      default -> throw new MalformedMessageException("a parameter has the type " + type);
    };
  }
}
