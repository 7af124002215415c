package dev.hookbridge.record;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * One call of a hook script as the shim recorded it. What libvirt passed is bytes and may be
 * anything; only the driver is one of the known words or {@code unknown}.
 *
 * @param id the UUIDv7 the shim made
 * @param time when the hook was called, ns since 1970 by the shim's clock
 * @param boottime the same by {@code CLOCK_BOOTTIME}, ns
 * @param bootId the kernel's boot id
 * @param shim the shim's version
 * @param truncated how many bytes arrived on stdin when they are more than {@code stdin} holds,
 *     else 0
 * @param gates {@code damaged} or {@code unknown} when the gates file was of no use to the shim,
 *     else empty
 * @param late the shim stopped waiting before this was written; it stands outside the order promise
 * @param input what came on stdin, as far as it is kept
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

  /** With a stdin in memory, which is not copied. */
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

  /** All of stdin in memory. */
  public byte[] stdin() {
    try (InputStream in = input.open()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** This call, known to have been given up by the shim before its file was there. */
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

  /** This call with another stdin. */
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

  /** This call without its stdin, once its event is made. */
  public HookCall withoutStdin() {
    return with(Stdin.of(new byte[0]));
  }

  /** The identity only: what a guest's owner wrote belongs in no log. */
  @Override
  public String toString() {
    return driver + " call " + id;
  }
}
