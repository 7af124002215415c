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
 * TLS of one connection, between bytes of the network and bytes of HTTP, without a socket. Not safe
 * between threads; who has the {@link Peer} has this.
 */
final class PeerTls {
  /** The longest record, and its head. */
  static final int MOST_BYTES = (16 << 10) + 2_048 + 5;

  /** One that is not whole, and what was read behind it. */
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
   * Whether a first record is there as a whole: nothing is spent on who sends less.
   *
   * @throws SSLException when it is none
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

  /** What goes on. */
  enum Next {
    /** More of the network's bytes are needed. */
    READ,
    /** {@link #work} is to be run, where it holds up nobody, and then this again. */
    WORK
  }

  /**
   * Takes what can be taken.
   *
   * @param in from the network, to be read from
   * @param plain gets what was meant for HTTP; flipped by nobody
   * @param out gets what is for the network
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

  /** What takes long in a handshake. */
  Runnable work() {
    return () -> {
      for (Runnable task = engine.getDelegatedTask();
          task != null;
          task = engine.getDelegatedTask()) {
        task.run();
      }
    };
  }

  /** Makes records of all that is left in a buffer, or of the handshake. */
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

  /** Says that nothing more comes. */
  void end(Deque<ByteBuffer> out) {
    engine.closeOutbound();
    try {
      wrap(NOTHING.duplicate(), out);
    } catch (SSLException e) {
      return; // then it just ends
    }
  }

  /** What is small does not keep what is large. */
  private static void add(ByteBuffer record, Deque<ByteBuffer> out) {
    record.flip();
    if (record.hasRemaining()) {
      ByteBuffer fitting = ByteBuffer.allocate(record.remaining());
      out.add(fitting.put(record).flip());
    }
  }
}
