package dev.hookbridge.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.http.Endpoint;
import dev.hookbridge.metrics.Health;
import dev.hookbridge.metrics.Metrics;
import dev.hookbridge.metrics.MetricsServer;
import dev.hookbridge.testing.Deadline;
import dev.hookbridge.testing.TestIdentity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page on the agent's own server, over TLS and behind a password. */
@Tag("slow")
@Timeout(120)
class GuardedPageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Endpoint.Basic READER = new Endpoint.Basic("reader", "s3cret");
  private static final String PASSWORD =
      "Authorization: Basic "
          + Base64.getEncoder().encodeToString("reader:s3cret".getBytes(StandardCharsets.UTF_8))
          + "\r\n";

  @TempDir Path folder;
  private final Host host = new Host();
  private final StatusPage page =
      new StatusPage(
          host,
          Set.of(),
          new BrowserStreams.Limits(3, Duration.ofMillis(20), Duration.ofSeconds(4)));
  private SSLContext trusting;
  private MetricsServer server;

  @BeforeEach
  void start() throws Exception {
    TestIdentity identity = TestIdentity.make(folder, "it", "EC");
    trusting = trusting(identity.certificate());
    Endpoint.Tls tls = new Endpoint.Tls(identity.certificate(), identity.key());
    Endpoint endpoint =
        new Endpoint(new InetSocketAddress("127.0.0.1", 0), Optional.of(tls), Optional.of(READER));
    server = MetricsServer.start(endpoint, Metrics.registry("1.2.3"), new Well(), page.handlers());
  }

  private static SSLContext trusting(Path certificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(certificate)) {
      trusted.setCertificateEntry(
          "it", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  @AfterEach
  void stop() {
    page.close();
    server.close();
  }

  private Socket send(String path, String headers) throws IOException {
    Socket plain = new Socket();
    // Who does not read is soon seen not to. A window below a segment of the loopback, which has
    // 64 KiB, would be filled by the kernel's timer alone.
    plain.setReceiveBufferSize(256 << 10);
    plain.connect(server.address());
    plain.setSoTimeout((int) PATIENCE.toMillis());
    Socket socket =
        trusting
            .getSocketFactory()
            .createSocket(plain, "127.0.0.1", server.address().getPort(), true);
    String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/status.css", "/status.js", "/status/stream", "/nothing"})
  void nothingIsShownWithoutThePassword(String path) throws Exception {
    try (Socket socket = send(path, "")) {
      assertThat(reader(socket).readLine()).isEqualTo("HTTP/1.1 401 Unauthorized");
    }
    try (Socket socket = send(path, PASSWORD)) {
      assertThat(reader(socket).readLine()).doesNotContain("401");
    }
  }

  @Test
  void slowStreamIsClosedAndCloseDoesNotWait() throws Exception {
    try (Socket slow = send("/status/stream", PASSWORD);
        Socket quick = send("/status/stream", PASSWORD)) {
      BufferedReader in = reader(quick);
      for (int round = 1; round <= 100; round++) {
        host.events = Collections.nCopies(2_000, Host.event(round, "x".repeat(70)));
        String line = in.readLine();
        while (!line.contains("\"id\":\"events\"")) {
          line = in.readLine();
        }
      }
      Awaitility.await("dropped").atMost(PATIENCE).until(() -> page.looking() == 1);
      assertThat(slow.isClosed()).isFalse(); // it was not us who hung up
      host.clock = Instant::now; // by what is written every second a stream sees that we do now
    }
    try (Socket last = send("/status/stream", PASSWORD)) {
      assertThat(reader(last).readLine()).contains("200");
      Deadline.kept(Duration.ofSeconds(2), page::close);
      server.close();
    }
  }

  private static final class Well implements Health {
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
