package dev.hookbridge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.http.AgentClient.Answer;
import dev.hookbridge.metrics.Health;
import dev.hookbridge.metrics.Metrics;
import dev.hookbridge.metrics.MetricsServer;
import dev.hookbridge.testing.TestIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server over TLS, behind a password, and with clients who mean no good. */
@Tag("slow")
class ListenerTest {
  private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);
  private static final Endpoint.Basic READER = new Endpoint.Basic("prometheus", "s3:crèt");

  /** Keytool takes a second each; whoever changes files copies them. */
  @TempDir static Path identities;

  private static TestIdentity ec;
  private static TestIdentity otherEc;
  private static TestIdentity rsa;

  @TempDir Path folder;
  private MetricsServer server;

  @BeforeAll
  static void makeIdentities() {
    ec = TestIdentity.make(identities, "ec", "EC");
    otherEc = TestIdentity.make(identities, "other", "EC");
    rsa = TestIdentity.make(identities, "rsa", "RSA");
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private Endpoint start(Optional<Endpoint.Tls> tls, Optional<Endpoint.Basic> basic)
      throws IOException {
    Health health =
        new Health() {
          @Override
          public List<Part> alive() {
            return List.of(new Part("mailbox", true, ""));
          }

          @Override
          public List<Part> ready() {
            return List.of(
                new Part("mailbox", true, ""), new Part("sink feed", false, "kafka1 is away"));
          }
        };
    server =
        MetricsServer.start(
            new Endpoint(ANY, tls, basic), Metrics.registry("1.2.3"), health, Map.of());
    return new Endpoint(server.address(), tls, basic);
  }

  private static Answer get(Endpoint endpoint, String path) throws IOException {
    return AgentClient.ofThisUser(endpoint, Duration.ofSeconds(60)).get(path);
  }

  private static Endpoint.Tls files(TestIdentity identity) {
    return new Endpoint.Tls(identity.certificate(), identity.key());
  }

  private static Endpoint as(Endpoint endpoint, String user, String password) {
    Endpoint.Basic basic = new Endpoint.Basic(user, password);
    return new Endpoint(endpoint.address(), endpoint.tls(), Optional.of(basic));
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void everyKindOfKeyServesTls(String algorithm) throws Exception {
    TestIdentity identity =
        switch (algorithm) {
          case "EC" -> ec;
          case "RSA" -> rsa;
          default -> TestIdentity.make(folder, "agent", algorithm);
        };
    Endpoint endpoint = start(Optional.of(files(identity)), Optional.empty());
    assertThat(get(endpoint, "/metrics").body()).contains("hookbridge_build_info");
    Endpoint plain = Endpoint.open(server.address());
    assertThatThrownBy(() -> get(plain, "/metrics")).isInstanceOf(IOException.class);
    Endpoint foreign =
        new Endpoint(server.address(), Optional.of(files(otherEc)), Optional.empty());
    assertThatThrownBy(() -> get(foreign, "/metrics"))
        .as("a client that trusts another certificate")
        .isInstanceOf(IOException.class);
  }

  @Test
  void aRenewedCertificateNeedsNoRestart() throws Exception {
    TestIdentity before =
        new TestIdentity(
            Files.copy(ec.certificate(), folder.resolve("agent.crt")),
            Files.copy(ec.key(), folder.resolve("agent.key")));
    TestIdentity after = rsa;
    Endpoint endpoint = start(Optional.of(files(before)), Optional.empty());
    Path kept = Files.copy(before.certificate(), folder.resolve("kept.crt"));
    Endpoint.Tls old = new Endpoint.Tls(kept, ec.key());
    Endpoint trustingOld = new Endpoint(server.address(), Optional.of(old), Optional.empty());
    assertThat(get(trustingOld, "/healthy").status()).isEqualTo(200);

    Files.copy(after.certificate(), before.certificate(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(get(trustingOld, "/healthy").status())
        .as("the key is still the old one's, so the old one is shown")
        .isEqualTo(200);
    Files.copy(after.key(), before.key(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(get(endpoint, "/healthy").status()).isEqualTo(200);
    assertThatThrownBy(() -> get(trustingOld, "/healthy")).isInstanceOf(IOException.class);

    Files.delete(before.key());
    assertThat(get(endpoint, "/healthy").status()).as("without its files").isEqualTo(200);
  }

  @Test
  void filesThatCannotBeUsedAreSaidInASentence() throws Exception {
    Path sec1 =
        Files.writeString(
            folder.resolve("sec1"),
            "-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----\n");
    Path bad =
        Files.writeString(
            folder.resolve("bad"),
            "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
    refused(ec.certificate(), otherEc.key(), "is not the key of");
    refused(ec.certificate(), ec.certificate(), "holds no private key");
    refused(ec.key(), ec.key(), "holds no certificate");
    refused(ec.certificate(), folder.resolve("none"), "cannot be read");
    refused(ec.certificate(), sec1, "openssl pkcs8 -topk8 -nocrypt");
    refused(ec.certificate(), bad, "is damaged or is not a key of the type EC");
  }

  private void refused(Path certificate, Path key, String words) {
    assertThatThrownBy(
            () -> start(Optional.of(new Endpoint.Tls(certificate, key)), Optional.empty()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(words)
        .message()
        .doesNotContain("\n", "c2VjcmV0", "secret");
  }

  @Test
  void withoutThePasswordThereAreOnlyTheProbes() throws Exception {
    Endpoint known = start(Optional.empty(), Optional.of(READER));
    assertThat(get(known, "/metrics").status()).isEqualTo(200);
    assertThat(get(known, "/").status()).isEqualTo(404);
    assertThat(get(known, "/ready").body()).contains("failing sink feed: kafka1 is away");
    for (Endpoint stranger :
        List.of(
            Endpoint.open(server.address()),
            as(known, "prometheus", "s3:crèT"),
            as(known, "prometheus", ""),
            as(known, "prometheus:s3", "crèt2"),
            as(known, "", "s3:crèt"))) {
      for (String path : List.of("/metrics", "/", "/metrics/x", "/other")) {
        assertThat(get(stranger, path)).isEqualTo(new Answer(401, ""));
      }
      assertThat(get(stranger, "/healthy")).isEqualTo(new Answer(200, "ok\n"));
      assertThat(get(stranger, "/ready")).isEqualTo(new Answer(503, "failing\n"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic", "Basic ", "Basic !!!!", "Bearer x", "Basic cHJvbWV0aGV1cw=="})
  void aMalformedHeaderIsNobody(String header) throws Exception {
    start(Optional.empty(), Optional.of(READER));
    assertThat(raw("GET /metrics HTTP/1.1\r\nHost: a\r\nAuthorization: " + header + "\r\n"))
        .startsWith("HTTP/1.1 401")
        .containsIgnoringCase("www-authenticate: Basic realm=\"hookbridge\"");
  }

  private String raw(String head) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes());
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), server.address().getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }

  /** Each holds a thread, until it is cut off. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientsWhoStallDoNotKeepOthersOut(boolean tls) throws Exception {
    Endpoint endpoint = start(tls ? Optional.of(files(ec)) : Optional.empty(), Optional.empty());
    List<Socket> stalling = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        Socket socket = connect();
        socket.getOutputStream().write(tls ? 22 : 'G');
        stalling.add(socket);
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(90))
          .ignoreExceptions()
          .until(() -> get(endpoint, "/healthy").status() == 200);
      // An alert may come first where TLS is spoken.
      assertThat(stalling.get(0).getInputStream().readAllBytes()).as("cut off").hasSizeLessThan(99);
    } finally {
      for (Socket socket : stalling) {
        socket.close();
      }
    }
  }
}
