package dev.hookbridge.record;

import dev.hookbridge.text.TextSanitizer;
import dev.hookbridge.text.Uuids;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Records that go over the gate socket or lie in the gates file: bytes from and to the format of
 * {@code docs/protocol.md}. Whoever wrote the bytes is not trusted.
 */
public final class Records {
  /** More bytes than a record of any kind can have. */
  public static final int MOST = MailFormat.MAX_FILE;

  private Records() {}

  /**
   * The agent's word to the shim.
   *
   * @param exit 0 or 1
   * @param cause one of the words of {@code docs/protocol.md}
   * @param rule may be empty
   * @param reason at most 900 bytes in UTF-8
   * @param said JSON, at most 64 KiB
   */
  public record Answer(int exit, String cause, String rule, String reason, byte[] said) {}

  /**
   * The call of a whole record.
   *
   * @param length how many bytes of the array count
   * @throws MalformedRecordException when it is none
   */
  public static HookCall call(byte[] record, int length) throws MalformedRecordException {
    return call(MailFormat.read(record, length));
  }

  /**
   * The call as far as the beginning of its record tells: without its stdin, and not proved by the
   * checksum. For who must know whom it is about before all of it has been looked at.
   *
   * @param length how many bytes of the array count
   * @throws MalformedRecordException when it is none, or its fields are not all there
   */
  public static HookCall head(byte[] beginning, int length) throws MalformedRecordException {
    return call(MailFormat.head(beginning, length));
  }

  public static byte[] bytes(Answer answer) {
    Map<String, byte[]> fields = new LinkedHashMap<>();
    fields.put("exit", utf8(Integer.toString(answer.exit())));
    fields.put("cause", utf8(answer.cause()));
    fields.put("rule", utf8(answer.rule()));
    fields.put("reason", utf8(answer.reason()));
    return MailFormat.write(new MailFormat.Parts("answer", fields, answer.said()));
  }

  /** The gates file that holds these lines. */
  public static byte[] gates(String lines) {
    return MailFormat.write(new MailFormat.Parts("gates", Map.of(), utf8(lines)));
  }

  /**
   * The lines of a gates file.
   *
   * @throws MalformedRecordException when it is none
   */
  public static String gates(byte[] file) throws MalformedRecordException {
    MailFormat.Parts parts = MailFormat.read(file);
    require(parts, "gates");
    return new String(parts.stdin(), StandardCharsets.UTF_8);
  }

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

  /** Ids become attributes of events, so no other text may pass for one. */
  private static String uuid(MailFormat.Parts parts, String field) throws MalformedRecordException {
    String text = parts.text(field);
    if (!text.matches(Uuids.CANONICAL)) {
      throw new MalformedRecordException("the field " + field + " is no id");
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
