package dev.hookbridge.observer.rpc;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes the body of a call: XDR (RFC 4506). */
public final class XdrWriter {
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(64);

  /** Writes an int or an enum. */
  public XdrWriter number(int value) {
    body.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    return this;
  }

  /** Writes a string. */
  public XdrWriter string(byte[] text) {
    return number(text.length).opaque(text);
  }

  /** Writes a pointer to a string that is there. */
  public XdrWriter optionalString(String text) {
    return number(1).string(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes bytes of a fixed length. */
  public XdrWriter opaque(byte[] bytes) {
    body.writeBytes(bytes);
    body.writeBytes(new byte[-bytes.length & 3]);
    return this;
  }

  byte[] bytes() {
    return body.toByteArray();
  }
}
