package dev.hookbridge.observer.rpc;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A Unix socket that carries messages. No method waits longer than its deadline, whatever the
 * daemon does. One thread uses it; {@link #close} is safe for any thread and ends a wait.
 */
final class RpcSocket implements AutoCloseable {
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final MessageReader reader = new MessageReader();
  private final ByteBuffer arrived = ByteBuffer.allocate(16 << 10).limit(0);

  private RpcSocket(SocketChannel channel, Selector selector) throws IOException {
    this.channel = channel;
    this.selector = selector;
    this.key = channel.register(selector, SelectionKey.OP_READ);
  }

  /**
   * Connects. It does not wait for room in the daemon's queue of new connections.
   *
   * @throws IOException if nobody listens, or the queue is full
   */
  static RpcSocket connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.configureBlocking(false);
      if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
        throw new SilentDaemonException("it accepts no connection");
      }
      return new RpcSocket(channel, Selector.open());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Sends a message.
   *
   * @param until a value of {@link System#nanoTime}
   * @throws SilentDaemonException if the daemon does not read
   */
  void send(Message message, long until) throws IOException {
    ByteBuffer bytes = message.encoded();
    while (bytes.hasRemaining()) {
      if (channel.write(bytes) == 0 && !ready(SelectionKey.OP_WRITE, until)) {
        throw new SilentDaemonException("it reads nothing");
      }
    }
  }

  /**
   * Returns the next message, or null if none is complete in time.
   *
   * @throws IOException if the daemon closed the connection or sent no message of the protocol
   */
  @Nullable Message receive(long until) throws IOException {
    while (true) {
      Message message = reader.take(arrived);
      if (message != null) {
        return message;
      }
      int read = channel.read(arrived.clear());
      arrived.flip();
      if (read < 0) {
        throw new EOFException("it closed the connection");
      }
      if (read == 0 && !ready(SelectionKey.OP_READ, until)) {
        return null;
      }
    }
  }

  private boolean ready(int operation, long until) throws IOException {
    long left = until - System.nanoTime();
    if (left <= 0) {
      return false;
    }
    try {
      key.interestOps(operation);
      selector.select(left / 1_000_000 + 1);
      selector.selectedKeys().clear();
    } catch (ClosedSelectorException | CancelledKeyException e) {
      throw new ClosedChannelException(); // by close(), on another thread
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    selector.close();
  }
}
