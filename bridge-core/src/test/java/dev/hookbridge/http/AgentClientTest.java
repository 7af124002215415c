package dev.hookbridge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What root's commands hear from whoever has the agent's port; {@link ListenerTest} has the rest.
 */
class AgentClientTest {
  @TempDir Path folder;

  @Test
  void anAnswerWithoutEndIsCut() throws IOException {
    HttpServer endless = BareServer.create();
    endless.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            for (byte[] more = new byte[1 << 20]; ; ) {
              out.write(more); // until nobody listens
            }
          }
        });
    endless.start();
    try {
      Endpoint endpoint = Endpoint.open(endless.getAddress());
      AgentClient.Answer answer =
          AgentClient.ofThisUser(endpoint, Duration.ofSeconds(10)).get("/ready");
      assertThat(answer.body()).hasSize(16 << 20);
    } finally {
      endless.stop(0);
    }
  }

  /** Anybody may listen on a port that is free while the agent is away. */
  @ParameterizedTest
  @CsvSource({"127.0.0.1, 127.0.0.1", "0.0.0.0, 127.0.0.1", "::, 127.0.0.1", "::1, ::1"})
  void anImpostorIsNotSentThePassword(String listens, String asked) throws Exception {
    Needs.root();
    Needs.command("setpriv");
    Needs.command("python3");
    try (Impostor impostor = new Impostor(folder.resolve("heard"), listens)) {
      Endpoint endpoint =
          new Endpoint(
              new InetSocketAddress(asked, impostor.port()),
              Optional.empty(),
              Optional.of(new Endpoint.Basic("op", "s3cret")));
      AgentClient client = new AgentClient(endpoint, Duration.ofSeconds(10), 12_345);
      assertThatThrownBy(() -> client.get("/metrics"))
          .matches(e -> AgentClient.isImpostor((Exception) e))
          .hasMessageContaining("user 65534 listens on")
          .hasMessageContaining("not the agent (user 12345), so the password was not sent");
      assertThat(impostor.heard()).isEmpty();
      AgentClient itsOwn = new AgentClient(endpoint, Duration.ofSeconds(10), 65_534);
      assertThat(itsOwn.get("/metrics").status()).isEqualTo(200);
      assertThat(impostor.heard()).as("the test can fail").contains("Authorization: Basic");
    }
  }

  @Test
  void nobodyIsNoImpostor() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    Endpoint endpoint =
        new Endpoint(
            new InetSocketAddress("127.0.0.1", free),
            Optional.empty(),
            Optional.of(new Endpoint.Basic("op", "s3cret")));
    assertThatThrownBy(() -> new AgentClient(endpoint, Duration.ofSeconds(10), 12_345).get("/"))
        .isInstanceOf(IOException.class)
        .hasMessage("nothing listens on 127.0.0.1:" + free)
        .matches(e -> !AgentClient.isImpostor((Exception) e));
  }

  /** A web server of nobody's that writes down what it hears. */
  private static final class Impostor implements AutoCloseable {
    private static final String PROGRAM =
        """
        import socket, sys
        family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
        server = socket.socket(family)
        if family == socket.AF_INET6: server.setsockopt(41, socket.IPV6_V6ONLY, 0)
        server.bind((sys.argv[1], 0))
        server.listen(5)
        print(server.getsockname()[1], flush=True)
        while True:
            client, _ = server.accept()
            heard = client.recv(65536).decode()
            if heard: print(heard.replace('\\r\\n', ' '), file=sys.stderr, flush=True)
            client.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n')
            client.close()
        """;
    private final Process process;
    private final Path heard;
    private final int port;

    private Impostor(Path heard, String address) throws IOException {
      this.heard = heard;
      process =
          new ProcessBuilder(
                  "setpriv",
                  "--reuid=65534",
                  "--regid=65534",
                  "--clear-groups",
                  "/usr/bin/python3",
                  "-c",
                  PROGRAM,
                  address)
              .redirectError(heard.toFile())
              .start();
      port = Integer.parseInt(process.inputReader().readLine());
    }

    int port() {
      return port;
    }

    String heard() throws IOException {
      return Files.readString(heard);
    }

    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }
}
