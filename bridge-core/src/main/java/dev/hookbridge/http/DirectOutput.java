package dev.hookbridge.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes to a connection and waits until the network has taken the data. It serves responses
 * without end, each in its own thread. If the thread is interrupted during a write, the connection
 * is closed.
 */
final class DirectOutput extends OutputStream {
  private final Peer peer;

  /** Takes the connection out of the loop. */
  DirectOutput(Peer peer) throws IOException {
    this.peer = peer;
    if (peer.key != null) {
      peer.key.cancel();
    }
    peer.channel.configureBlocking(true);
    peer.lingers(false); // an interrupt then closes it without waiting
    send(peer.out); // pending TLS records go first
    peer.out.clear();
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    ByteBuffer plain = ByteBuffer.wrap(bytes, from, length);
    Deque<ByteBuffer> records = new ArrayDeque<>();
    if (peer.tls == null) {
      records.add(plain);
    } else {
      peer.tls.wrap(plain, records);
    }
    send(records);
  }

  private void send(Deque<ByteBuffer> records) throws IOException {
    for (ByteBuffer record : records) {
      while (record.hasRemaining()) {
        peer.channel.write(record);
      }
    }
  }

  @Override
  public void close() {
    if (peer.tls != null && peer.channel.isOpen()) {
      Deque<ByteBuffer> last = new ArrayDeque<>();
      peer.tls.end(last);
      try {
        send(last);
      } catch (IOException e) {
        last.clear(); // the client is gone
      }
    }
    peer.enter(Peer.State.ENDING);
    peer.close();
  }
}
