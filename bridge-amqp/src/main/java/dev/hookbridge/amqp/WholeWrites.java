package dev.hookbridge.amqp;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Plain sockets that write when they are flushed, which the client does after each message. Its own
 * buffer of 8 KiB is smaller than many an event, which then leaves in three writes, the last of one
 * byte, and wakes the broker three times.
 */
final class WholeWrites extends SocketFactory {
  private static final int BUFFER = 64 << 10;

  @Override
  public Socket createSocket() {
    return new Socket() {
      @Override
      public OutputStream getOutputStream() throws IOException {
        return new BufferedOutputStream(super.getOutputStream(), BUFFER);
      }
    };
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw connected();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
    throw connected();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw connected();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
    throw connected();
  }

  private static UnsupportedOperationException connected() {
    return new UnsupportedOperationException("the client connects by itself");
  }
}
