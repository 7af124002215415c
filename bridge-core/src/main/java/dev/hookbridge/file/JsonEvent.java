package dev.hookbridge.file;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.StructuredEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Converts an envelope to one line in the JSON event format of CloudEvents 1.0. */
public final class JsonEvent {
  private static final byte[] NEWLINE = {'\n'};

  private JsonEvent() {}

  /** Returns the line, including its newline. */
  public static byte[] line(Envelope envelope) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(envelope.size());
    for (byte[] part : parts(envelope)) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /**
   * Returns the line in pieces. One piece is the data's own array of up to 16 MiB, which is not
   * copied.
   */
  static byte[][] parts(Envelope envelope) {
    byte[][] event = StructuredEvent.parts(envelope);
    return new byte[][] {event[0], event[1], event[2], NEWLINE};
  }

  /**
   * Parses a line.
   *
   * @throws IOException when the line is not an event
   */
  static Envelope parse(byte[] line) throws IOException {
    return StructuredEvent.parse(line);
  }
}
