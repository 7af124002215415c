package dev.hookbridge.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.http.Endpoint;
import dev.hookbridge.metrics.Health.Part;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
  private static final Endpoint ANY = Endpoint.open(new InetSocketAddress("127.0.0.1", 0));

  private final PrometheusMeterRegistry registry = Metrics.registry("1.2.3");
  private List<Part> alive = List.of(new Part("mailbox", true, ""));
  private List<Part> ready = List.of();
  private MetricsServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        MetricsServer.start(
            ANY,
            registry,
            new Health() {
              @Override
              public List<Part> alive() {
                return alive;
              }

              @Override
              public List<Part> ready() {
                return ready;
              }
            },
            Map.of());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> ask(String method, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void metricsArePrometheusText() throws Exception {
    registry.counter("hookbridge.hooks", "driver", "qemu", "operation", "start").increment();
    HttpResponse<String> answer = ask("GET", "/metrics");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
    assertThat(answer.body())
        .contains("hookbridge_hooks_total{driver=\"qemu\",operation=\"start\"} 1.0")
        .contains("hookbridge_build_info{version=\"1.2.3\"} 1")
        .contains("jvm_memory_used_bytes", "process_uptime_seconds");
  }

  @Test
  void healthyWhileEveryThreadLives() throws Exception {
    assertThat(ask("GET", "/healthy").statusCode()).isEqualTo(200);
    alive = List.of(new Part("mailbox", false, "its thread has ended"));
    HttpResponse<String> answer = ask("GET", "/healthy");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("failing mailbox: its thread has ended\n");
  }

  @Test
  void readyNeedsMailboxSpoolAndOneSink() throws Exception {
    Part mailbox = new Part("mailbox", true, "");
    Part down = new Part("sink a", false, "unreachable");
    ready = List.of(mailbox, down);
    assertThat(ask("GET", "/ready").statusCode()).isEqualTo(503);
    ready = List.of(mailbox, down, new Part("sink b", true, ""));
    HttpResponse<String> answer = ask("GET", "/ready");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("ok      mailbox", "failing sink a: unreachable");
    ready = List.of(new Part("spool", false, "full"), new Part("sink b", true, ""));
    assertThat(ask("GET", "/ready").statusCode()).isEqualTo(503);
  }

  @Test
  void nothingElseIsServedOrChanged() throws Exception {
    assertThat(ask("GET", "/etc/passwd").statusCode()).isEqualTo(404);
    assertThat(ask("POST", "/metrics").statusCode()).isEqualTo(405);
    assertThat(ask("HEAD", "/metrics").body()).isEmpty();
  }

  @Test
  void aTakenAddressIsNamed() {
    assertThatThrownBy(
            () ->
                MetricsServer.start(
                    Endpoint.open(server.address()), registry, new NoHealth(), Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("127.0.0.1:" + server.address().getPort())
        .hasMessageContaining("set 'http' to another");
  }

  private static final class NoHealth implements Health {
    @Override
    public List<Part> alive() {
      return List.of();
    }

    @Override
    public List<Part> ready() {
      return List.of();
    }
  }
}
