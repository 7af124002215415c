package dev.hookbridge.observer.rpc;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts messages together from the bytes of a socket. It uses memory only for bytes that have
 * arrived, and skips a body of more than {@link Message#MOST_BODY}. For one thread.
 */
final class MessageReader {
  private static final int FIRST = 4096;

  private final ByteBuffer head = ByteBuffer.allocate(Message.HEAD);
  private byte[] body = new byte[0];
  private int have;
  private int length;

  /**
   * Takes bytes from a buffer until a message is complete.
   *
   * @return null if more bytes are needed; then the buffer is empty
   * @throws MalformedMessageException if the bytes are not a message
   */
  @Nullable Message take(ByteBuffer bytes) throws MalformedMessageException {
    while (head.hasRemaining() && bytes.hasRemaining()) {
      head.put(bytes.get());
      if (!head.hasRemaining()) {
        begin();
      }
    }
    if (head.hasRemaining()) {
      return null;
    }
    int part = Math.min(length - have, bytes.remaining());
    if (length <= Message.MOST_BODY) {
      room(have + part);
      bytes.get(body, have, part);
    } else {
      bytes.position(bytes.position() + part);
    }
    have += part;
    return have == length ? complete() : null;
  }

  private void begin() throws MalformedMessageException {
    int size = head.getInt(0);
    if (size < Message.HEAD || size > Message.LARGEST) {
      throw new MalformedMessageException("a message of " + size + " bytes");
    }
    if (head.getInt(8) != Message.VERSION) {
      throw new MalformedMessageException("version " + head.getInt(8) + " of the protocol");
    }
    length = size - Message.HEAD;
    have = 0;
    body = new byte[Math.min(length, FIRST)];
  }

  private void room(int size) {
    if (size > body.length) {
      body = Arrays.copyOf(body, Math.min(length, Math.max(size, 2 * body.length)));
    }
  }

  private Message complete() {
    boolean whole = length <= Message.MOST_BODY;
    Message message =
        new Message(
            head.getInt(4),
            head.getInt(12),
            head.getInt(16),
            head.getInt(20),
            head.getInt(24),
            whole ? body : new byte[0],
            whole);
    head.clear();
    body = new byte[0];
    return message;
  }
}
