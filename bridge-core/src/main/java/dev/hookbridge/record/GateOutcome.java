package dev.hookbridge.record;

/**
 * What the shim really did with a call it had asked about, with an answer or without one. The
 * agent's user could have written the file, so nothing in it is more than a claim.
 *
 * @param id the record's own UUIDv7
 * @param time when the hook ended, ns since 1970
 * @param boottime the same by {@code CLOCK_BOOTTIME}, ns
 * @param call the id of the call it is about
 * @param exit 0 or 1, what the hook exited with
 * @param cause one word: the answer's, or {@code absent}, {@code timeout}, {@code error}
 * @param rule the rule that decided, may be empty
 * @param reason what the user read, UTF-8
 * @param waited ns from the start of asking to its end
 * @param rules {@code name=allow,name=veto}: the defaults that applied; empty with an answer
 * @param said the answer's JSON as it came; not copied, to be read only
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

  /** The identity only: what a guest's owner or a decider wrote belongs in no log. */
  @Override
  public String toString() {
    return driver + " outcome " + id;
  }
}
