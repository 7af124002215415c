package dev.hookbridge.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * What root's commands hear from whoever has the agent's port; {@link ListenerTest} has the rest.
 */
class AgentClientTest {
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
      AgentClient.Answer answer = new AgentClient(endpoint, Duration.ofSeconds(10)).get("/ready");
      assertThat(answer.body()).hasSize(16 << 20);
    } finally {
      endless.stop(0);
    }
  }
}
