package dev.hookbridge.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.hookbridge.api.PortProbe.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Stand-ins; the integration tests of the transports look at real brokers. */
class PortProbeTest {
  /** Takes connections, and says the same to each that has said something. */
  private record Server(ServerSocket socket, List<Socket> open) implements AutoCloseable {
    static Server saying(byte[] words, boolean hangUp) throws IOException {
      ServerSocket socket = new ServerSocket(0, 9, InetAddress.getByName("127.0.0.1"));
      Server server = new Server(socket, new ArrayList<>());
      Thread thread = new Thread(() -> server.serve(words, hangUp), "stand-in");
      thread.setDaemon(true);
      thread.start();
      return server;
    }

    private void serve(byte[] words, boolean hangUp) {
      while (!socket.isClosed()) {
        try {
          Socket client = socket.accept();
          open.add(client);
          if (hangUp || words.length > 0) {
            client.getInputStream().read(new byte[512]);
            client.getOutputStream().write(words);
            client.close();
          }
        } catch (IOException e) {
          continue;
        }
      }
    }

    PortProbe look() {
      return PortProbe.at("127.0.0.1", socket.getLocalPort());
    }

    @Override
    public void close() throws IOException {
      socket.close();
      for (Socket client : open) {
        client.close();
      }
    }
  }

  private static PortProbe look(byte[] words, boolean hangUp) throws IOException {
    try (Server server = Server.saying(words, hangUp)) {
      return server.look();
    }
  }

  @Test
  void firstReplyOfEachDeciderCounts() throws Exception {
    assertThat(look(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1}, true).protocol())
        .isEqualTo(Protocol.AMQP);
    assertThat(look("SSH-2.0-OpenSSH_9.2\r\n".getBytes("US-ASCII"), true).plainly())
        .contains("is not a broker");
    assertThat(look(new byte[0], true).protocol()).isEqualTo(Protocol.UNKNOWN);
    assertThat(look(new byte[0], false).protocol()).isEqualTo(Protocol.SILENT);
    byte[] alert = {21, 3, 3, 0, 2, 2, 40};
    assertThat(look(alert, true).tls()).isTrue();
  }

  @Test
  void aWebServer() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 9);
    server.start();
    try {
      PortProbe found = PortProbe.at("127.0.0.1", server.getAddress().getPort());
      assertThat(found.protocol()).isEqualTo(Protocol.HTTP);
      assertThat(found.plainly()).contains("speaks HTTP");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void nobodyAndNoName() throws Exception {
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = gone.getLocalPort();
    }
    PortProbe nobody = PortProbe.at("127.0.0.1", port);
    assertThat(nobody.protocol()).isEqualTo(Protocol.NOBODY);
    assertThat(nobody.plainly()).startsWith("nothing listens at 127.0.0.1:" + port);
    assertThat(PortProbe.at("no such name", 1).plainly())
        .startsWith("the name no such name cannot be resolved");
  }
}
