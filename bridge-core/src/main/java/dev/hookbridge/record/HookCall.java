package dev.hookbridge.record;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * One call of a hook script, as the shim recorded it. The values from libvirt are bytes with any
 * content. Only the driver is one of the known words or {@code unknown}.
 *
 * @param id the UUIDv7 that the shim made
 * @param time the time of the call, ns since 1970 by the shim's clock
 * @param boottime the same time by {@code CLOCK_BOOTTIME}, ns
 * @param bootId the kernel's boot id
 * @param shim the shim's version
 * @param truncated the number of bytes that arrived on stdin, if {@code stdin} does not hold all of
 *     them, else 0
 * @param gates {@code damaged} or {@code unknown} when the shim could not use the gates file, else
 *     empty
 * @param late whether the shim stopped waiting before the record was written; then the order of the
 *     call is not guaranteed
 * @param input what came on stdin, as far as it is stored
 */
public record HookCall(
    String id,
    long time,
    long boottime,
    String bootId,
    String shim,
    String driver,
    byte[] object,
    byte[] operation,
    byte[] suboperation,
    byte[] extra,
    long truncated,
    String gates,
    boolean late,
    Stdin input)
    implements MailboxRecord {

  /** Makes a call with a stdin in memory, which is not copied. */
  public HookCall(
      String id,
      long time,
      long boottime,
      String bootId,
      String shim,
      String driver,
      byte[] object,
      byte[] operation,
      byte[] suboperation,
      byte[] extra,
      long truncated,
      String gates,
      boolean late,
      byte[] stdin) {
    this(
        id,
        time,
        boottime,
        bootId,
        shim,
        driver,
        object,
        operation,
        suboperation,
        extra,
        truncated,
        gates,
        late,
        Stdin.of(stdin));
  }

  /** Returns all of stdin in memory. */
  public byte[] stdin() {
    try (InputStream in = input.open()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns this call, marked as late: the shim stopped waiting before the file was there. */
  public HookCall asLate() {
    return new HookCall(
        id,
        time,
        boottime,
        bootId,
        shim,
        driver,
        object,
        operation,
        suboperation,
        extra,
        truncated,
        gates,
        true,
        input);
  }

  /** Returns this call with another stdin. */
  HookCall with(Stdin other) {
    return new HookCall(
        id,
        time,
        boottime,
        bootId,
        shim,
        driver,
        object,
        operation,
        suboperation,
        extra,
        truncated,
        gates,
        late,
        other);
  }

  /** Returns this call without its stdin, which is not needed once the event is made. */
  public HookCall withoutStdin() {
    return with(Stdin.of(new byte[0]));
  }

  /** Returns the identity only. What a guest's owner wrote must not be in a log. */
  @Override
  public String toString() {
    return driver + " call " + id;
  }
}
