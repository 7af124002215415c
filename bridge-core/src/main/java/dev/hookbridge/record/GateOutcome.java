package dev.hookbridge.record;

/**
 * What the shim did with a call for which it asked for a decision, with or without an answer. The
 * agent's user could have written the file, so the content is only a claim.
 *
 * @param id the record's own UUIDv7
 * @param time the time when the hook ended, ns since 1970
 * @param boottime the same time by {@code CLOCK_BOOTTIME}, ns
 * @param call the id of the call
 * @param exit the hook's exit code, 0 or 1
 * @param cause one word: the cause of the answer, or {@code absent}, {@code timeout}, {@code error}
 * @param rule the name of the rule that decided, may be empty
 * @param reason the text that the user read, UTF-8
 * @param waited the ns from the start of the request to its end
 * @param rules the defaults that applied, {@code name=allow,name=veto}; empty with an answer
 * @param said the answer's JSON as it came; it is not copied, do not change it
 */
public record GateOutcome(
    String id,
    long time,
    long boottime,
    String call,
    String driver,
    byte[] object,
    byte[] operation,
    byte[] suboperation,
    int exit,
    String cause,
    String rule,
    byte[] reason,
    long waited,
    String rules,
    byte[] said)
    implements MailboxRecord {

  /** Returns the identity only. What a guest's owner or a decider wrote must not be in a log. */
  @Override
  public String toString() {
    return driver + " outcome " + id;
  }
}
