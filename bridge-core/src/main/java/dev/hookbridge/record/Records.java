package dev.hookbridge.record;

import dev.hookbridge.text.TextSanitizer;
import dev.hookbridge.text.Uuids;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Converts the records of the gate socket and the gates file from and to the format of {@code
 * docs/protocol.md}. The writer of the bytes is not trusted.
 */
public final class Records {
  /** The maximum bytes of a record of any kind. */
  public static final int MOST = MailFormat.MAX_FILE;

  private Records() {}

  /**
   * The agent's answer to the shim.
   *
   * @param exit the exit code, 0 or 1
   * @param cause one of the words of {@code docs/protocol.md}
   * @param rule the name of the rule, may be empty
   * @param reason the text for the user, at most 900 bytes in UTF-8
   * @param said the answer as JSON, at most 64 KiB
   */
  public record Answer(int exit, String cause, String rule, String reason, byte[] said) {}

  /**
   * Parses a complete record of a call.
   *
   * @param length the number of bytes of the array to use
   * @throws MalformedRecordException when it is not a call
   */
  public static HookCall call(byte[] record, int length) throws MalformedRecordException {
    return call(MailFormat.read(record, length));
  }

  /**
   * Parses the beginning of a record of a call, without its stdin. The checksum is not checked. It
   * is for a caller that must know the object before the whole record is read.
   *
   * @param length the number of bytes of the array to use
   * @throws MalformedRecordException when it is not a call, or its fields are not complete
   */
  public static HookCall head(byte[] beginning, int length) throws MalformedRecordException {
    return call(MailFormat.head(beginning, length));
  }

  /** Returns the record of an answer. */
  public static byte[] bytes(Answer answer) {
    Map<String, byte[]> fields = new LinkedHashMap<>();
    fields.put("exit", utf8(Integer.toString(answer.exit())));
    fields.put("cause", utf8(answer.cause()));
    fields.put("rule", utf8(answer.rule()));
    fields.put("reason", utf8(answer.reason()));
    return MailFormat.write(new MailFormat.Parts("answer", fields, answer.said()));
  }

  /** Returns the gates file with these lines. */
  public static byte[] gates(String lines) {
    return MailFormat.write(new MailFormat.Parts("gates", Map.of(), utf8(lines)));
  }

  /**
   * Returns the lines of a gates file.
   *
   * @throws MalformedRecordException when it is not a gates file
   */
  public static String gates(byte[] file) throws MalformedRecordException {
    MailFormat.Parts parts = MailFormat.read(file);
    require(parts, "gates");
    return new String(parts.stdin(), StandardCharsets.UTF_8);
  }

  /**
   * Converts the parts of a record to a call.
   *
   * @throws MalformedRecordException when it is not a call
   */
  public static HookCall call(MailFormat.Parts parts) throws MalformedRecordException {
    require(parts, "call");
    String gates = parts.fields().containsKey("gates") ? parts.text("gates") : "";
    return new HookCall(
        uuid(parts, "id"),
        parts.number("time"),
        parts.number("boottime"),
        parts.text("boot"),
        parts.text("shim"),
        parts.text("driver"),
        parts.bytes("object"),
        parts.bytes("operation"),
        parts.bytes("suboperation"),
        parts.bytes("extra"),
        parts.fields().containsKey("truncated") ? parts.number("truncated") : 0,
        gates.isEmpty() || gates.equals("damaged") ? gates : "unknown",
        false,
        parts.stdin());
  }

  /**
   * Converts the parts of a record to an outcome.
   *
   * @throws MalformedRecordException when it is not an outcome
   */
  public static GateOutcome outcome(MailFormat.Parts parts) throws MalformedRecordException {
    require(parts, "outcome");
    long exit = parts.number("exit");
    if (exit != 0 && exit != 1) {
      throw new MalformedRecordException("it reports an exit code other than 0 and 1");
    }
    return new GateOutcome(
        uuid(parts, "id"),
        parts.number("time"),
        parts.number("boottime"),
        uuid(parts, "call"),
        parts.text("driver"),
        parts.bytes("object"),
        parts.bytes("operation"),
        parts.bytes("suboperation"),
        (int) exit,
        parts.text("cause"),
        parts.text("rule"),
        parts.bytes("reason"),
        parts.number("waited"),
        parts.fields().containsKey("rules") ? parts.text("rules") : "",
        parts.stdin());
  }

  /** Returns a field that must be a UUID, because ids become attributes of events. */
  private static String uuid(MailFormat.Parts parts, String field) throws MalformedRecordException {
    String text = parts.text(field);
    if (!text.matches(Uuids.CANONICAL)) {
      throw new MalformedRecordException("the field " + field + " is not an id");
    }
    return text;
  }

  private static void require(MailFormat.Parts parts, String kind) throws MalformedRecordException {
    if (!parts.kind().equals(kind)) {
      throw new MalformedRecordException(
          "its kind is " + TextSanitizer.ascii(parts.kind()) + ", not " + kind);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
