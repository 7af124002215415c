package dev.hookbridge.observer.rpc;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a message: XDR (RFC 4506). It never reads beyond the body and never allocates
 * more than the body has. For one thread.
 */
public final class XdrReader {
  /** The bytes of a UUID. */
  public static final int UUID = 16;

  private final ByteBuffer body;

  /** Makes a reader of these bytes. */
  public XdrReader(byte[] body) {
    this.body = ByteBuffer.wrap(body);
  }

  /**
   * Reads an int or an enum.
   *
   * @throws MalformedMessageException if the body ends before
   */
  public int number() throws MalformedMessageException {
    need(Integer.BYTES);
    return body.getInt();
  }

  /** Reads a hyper. */
  public long hyper() throws MalformedMessageException {
    need(Long.BYTES);
    return body.getLong();
  }

  /** Reads a double. */
  public double real() throws MalformedMessageException {
    need(Double.BYTES);
    return body.getDouble();
  }

  /** Reads the number of elements of an array, each of at least {@code least} bytes. */
  public int count(int least) throws MalformedMessageException {
    int count = number();
    if (count < 0 || count > body.remaining() / least) {
      throw new MalformedMessageException("an array is longer than its message");
    }
    return count;
  }

  /** Reads a string. */
  public byte[] string() throws MalformedMessageException {
    return opaque(count(1));
  }

  /** Reads a pointer to a string, which may be missing. */
  public byte @Nullable [] optionalString() throws MalformedMessageException {
    return present() ? string() : null;
  }

  /** Reads the flag of a pointer. */
  public boolean present() throws MalformedMessageException {
    return number() != 0;
  }

  /** Reads bytes of a fixed length. */
  public byte[] opaque(int length) throws MalformedMessageException {
    int padded = length + (-length & 3);
    need(padded);
    int from = body.position();
    body.position(from + padded);
    return Arrays.copyOfRange(body.array(), from, from + length);
  }

  private void need(int bytes) throws MalformedMessageException {
    if (body.remaining() < bytes) {
      throw new MalformedMessageException("a message ends too early");
    }
  }
}
