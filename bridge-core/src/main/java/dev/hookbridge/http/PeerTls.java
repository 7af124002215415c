package dev.hookbridge.http;

import java.nio.ByteBuffer;
import java.util.Deque;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * TLS of one connection. It converts between bytes of the network and bytes of HTTP, without a
 * socket. Not thread-safe: the thread that owns the {@link Peer} owns this, too.
 */
final class PeerTls {
  /** Maximum size of a record with its header. */
  static final int MOST_BYTES = (16 << 10) + 2_048 + 5;

  /** Maximum size of an incomplete record and the data that was read after it. */
  static final int MOST_HELD = MOST_BYTES + (4 << 10);

  private static final int HANDSHAKE = 22;
  private static final int HEAD = 5;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SSLEngine engine;
  private final int packet;

  PeerTls(SSLContext context) {
    engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    packet = engine.getSession().getPacketBufferSize();
  }

  /**
   * Returns whether a complete first record has arrived. No resources are used for a client that
   * sends less.
   *
   * @throws SSLException if the data is not a TLS record
   */
  static boolean begins(byte[] bytes, int size) throws SSLException {
    if (size > 0 && bytes[0] != HANDSHAKE) {
      throw new SSLException("no TLS");
    }
    if (size < HEAD) {
      return false;
    }
    int length = ((bytes[3] & 0xff) << 8) | (bytes[4] & 0xff);
    if (length > MOST_BYTES - HEAD) {
      throw new SSLException("no record of TLS");
    }
    return size >= HEAD + length;
  }

  /** The next step. */
  enum Next {
    /** More bytes from the network are needed. */
    READ,
    /** Run {@link #work} where it delays nobody, then call {@link #take} again. */
    WORK
  }

  /**
   * Processes as much input as possible.
   *
   * @param in the bytes from the network, ready to be read
   * @param plain receives the bytes for HTTP; this method does not flip it
   * @param out receives the bytes for the network
   */
  Next take(ByteBuffer in, ByteBuffer plain, Deque<ByteBuffer> out) throws SSLException {
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> {
          return Next.WORK;
        }
        case NEED_WRAP -> wrap(NOTHING.duplicate(), out);
        default -> {
          SSLEngineResult result = engine.unwrap(in, plain);
          if (result.getStatus() == Status.CLOSED) {
            throw new SSLException("closed");
          }
          boolean stuck = result.bytesConsumed() == 0 && result.bytesProduced() == 0;
          boolean waits =
              result.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP
                  || result.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
          if (result.getStatus() != Status.OK || (stuck && waits)) {
            return Next.READ;
          }
        }
      }
    }
  }

  /** Returns the slow part of a handshake as a task. */
  Runnable work() {
    return () -> {
      for (Runnable task = engine.getDelegatedTask();
          task != null;
          task = engine.getDelegatedTask()) {
        task.run();
      }
    };
  }

  /** Encrypts all remaining bytes of a buffer, or produces a record of the handshake. */
  void wrap(ByteBuffer plain, Deque<ByteBuffer> out) throws SSLException {
    do {
      ByteBuffer record = ByteBuffer.allocate(packet);
      SSLEngineResult result = engine.wrap(plain, record);
      add(record, out);
      if (result.getStatus() == Status.CLOSED && plain.hasRemaining()) {
        throw new SSLException("closed");
      }
    } while (plain.hasRemaining());
  }

  /** Writes the end of the TLS stream. */
  void end(Deque<ByteBuffer> out) {
    engine.closeOutbound();
    try {
      wrap(NOTHING.duplicate(), out);
    } catch (SSLException e) {
      return; // then the connection ends without it
    }
  }

  /** Copies a record to a buffer of its size, so a small record does not hold a large buffer. */
  private static void add(ByteBuffer record, Deque<ByteBuffer> out) {
    record.flip();
    if (record.hasRemaining()) {
      ByteBuffer fitting = ByteBuffer.allocate(record.remaining());
      out.add(fitting.put(record).flip());
    }
  }
}
