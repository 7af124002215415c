package dev.hookbridge.amqp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is sent over loopback is there at once, so what is not there was not sent. */
class BufferedSocketFactoryTest {
  private final BufferedSocketFactory sockets = new BufferedSocketFactory();

  @Test
  void anEventLeavesWhenItIsFlushed() throws Exception {
    try (ServerSocket broker = broker();
        Socket client = sockets.createSocket()) {
      client.connect(new InetSocketAddress(broker.getInetAddress(), broker.getLocalPort()));
      leavesWhenItIsFlushed(client, broker);
    }
  }

  @Test
  void whateverWayItWasConnected() throws Exception {
    try (ServerSocket broker = broker()) {
      InetAddress host = broker.getInetAddress();
      int port = broker.getLocalPort();
      for (Socket connected :
          List.of(
              sockets.createSocket(host, port),
              sockets.createSocket(host.getHostAddress(), port),
              sockets.createSocket(host, port, host, 0),
              sockets.createSocket(host.getHostAddress(), port, host, 0))) {
        try (Socket client = connected) {
          leavesWhenItIsFlushed(client, broker);
        }
      }
    }
  }

  private static void leavesWhenItIsFlushed(Socket client, ServerSocket broker) throws Exception {
    try (Socket accepted = broker.accept()) {
      OutputStream out = client.getOutputStream();
      out.write(new byte[900]); // method and header
      out.write(new byte[10_000]); // the body, more than the client's own buffer
      assertThat(accepted.getInputStream().available()).isZero();
      out.write(206); // the frame's end
      out.flush();
      assertThat(accepted.getInputStream().readNBytes(10_901)).hasSize(10_901);
    }
  }

  private static ServerSocket broker() throws Exception {
    return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }
}
