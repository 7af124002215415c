package dev.hookbridge.file;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.StructuredEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** An envelope in the JSON event format of CloudEvents 1.0, as one line. */
public final class JsonEvent {
  private static final byte[] NEWLINE = {'\n'};

  private JsonEvent() {}

  /** The line, its newline included. */
  public static byte[] line(Envelope envelope) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(envelope.size());
    for (byte[] part : parts(envelope)) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** The line in pieces, the data's own bytes among them: up to 16 MiB that need no second home. */
  static byte[][] parts(Envelope envelope) {
    byte[][] event = StructuredEvent.parts(envelope);
    return new byte[][] {event[0], event[1], event[2], NEWLINE};
  }

  /** The envelope of a line; {@link IOException} when it is none. */
  static Envelope parse(byte[] line) throws IOException {
    return StructuredEvent.parse(line);
  }
}
