package dev.hookbridge.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.testing.Deadline;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** amqps, by a proxy before the broker that can also stop reading. */
@ExtendWith(Rabbit.Shared.class)
final class AmqpTlsIT {
  @TempDir static Path folder;
  private final Rabbit rabbit;
  private final Outcomes outcomes = new Outcomes();

  AmqpTlsIT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  @BeforeAll
  static void certificates() throws Exception {
    identity("server", "ip:127.0.0.1");
    identity("elsewhere", "dns:elsewhere.example.org");
    identity("client", "dns:client.example.org");
  }

  /** A self-signed certificate, its key in {@code .p12} and itself in {@code .pem}. */
  private static void identity(String name, String alternative) throws Exception {
    keytool(name, "-genkeypair -keyalg EC -dname CN=" + name + " -ext san=" + alternative);
    keytool(name, "-exportcert -rfc -file " + folder.resolve(name + ".pem"));
    Process trust =
        keytoolProcess(
            "-importcert -noprompt -alias it -file "
                + folder.resolve(name + ".pem")
                + (" -keystore " + folder.resolve(name + "-trust.p12"))
                + (" -storetype PKCS12 -storepass " + TlsProxy.PASSWORD));
    assertThat(trust.waitFor()).isZero();
  }

  private static void keytool(String name, String rest) throws Exception {
    Process process =
        keytoolProcess(
            rest
                + (" -alias it -keystore " + folder.resolve(name + ".p12"))
                + (" -storetype PKCS12 -storepass " + TlsProxy.PASSWORD));
    assertThat(process.waitFor()).isZero();
  }

  private static Process keytoolProcess(String words) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(words.split(" ", -1)));
    File output = folder.resolve("keytool.out").toFile();
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
  }

  private TlsProxy proxy(String identity) throws Exception {
    return new TlsProxy(rabbit.uri(), folder.resolve(identity + ".p12"), null);
  }

  private static Map<String, Object> with(TlsProxy proxy, String... more) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("uri", "amqps://127.0.0.1:" + proxy.port());
    for (int i = 0; i < more.length; i += 2) {
      values.put(more[i], more[i + 1]);
    }
    return values;
  }

  private static String file(String name) {
    return folder.resolve(name).toString();
  }

  private void passes(Map<String, Object> values) throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    try (Sink sink = rabbit.sink(exchange, values)) {
      Envelope event = Events.of("guest", 100_000);
      assertThat(outcomes.through(sink, event)).isEqualTo(Outcome.CONFIRMED);
    }
  }

  private void fails(Map<String, Object> values, Reason... reasons) {
    SinkException failure = failure(values);
    assertThat(failure.reason()).as(failure.getMessage()).isIn((Object[]) reasons);
  }

  private String fails(Map<String, Object> values) {
    return String.valueOf(failure(values).getMessage());
  }

  private SinkException failure(Map<String, Object> values) {
    SinkException failure =
        catchThrowableOfType(SinkException.class, () -> rabbit.sink("any", values));
    assertThat(failure).isNotNull();
    assertThat(failure.getMessage()).doesNotContain(TlsProxy.PASSWORD);
    return failure;
  }

  @Test
  void aCertificateIsTrustedByPemOrTruststoreAndNotByItself() throws Exception {
    try (TlsProxy proxy = proxy("server")) {
      passes(with(proxy, "tls-ca", file("server.pem")));
      passes(
          with(
              proxy,
              "tls-truststore",
              file("server-trust.p12"),
              "tls-truststore-password",
              TlsProxy.PASSWORD));
      fails(with(proxy), Reason.CONFIGURATION);
      fails(with(proxy, "tls-ca", file("client.pem")), Reason.CONFIGURATION);
      fails(
          with(proxy, "tls-truststore", file("server-trust.p12"), "tls-truststore-password", "x"),
          Reason.CONFIGURATION);
    }
  }

  /** The settings are the same; what the files hold is another thing at each connection. */
  @Test
  void aStoreThatIsReplacedIsReadAtTheNextConnection() throws Exception {
    Path trust = folder.resolve("rotating.p12");
    Files.copy(folder.resolve("elsewhere-trust.p12"), trust);
    String[] password = {"wrong"};
    Supplier<String> secret = () -> password[0];
    try (TlsProxy proxy = proxy("server")) {
      Map<String, Object> values = with(proxy, "tls-truststore", trust.toString());
      values.put("tls-truststore-password", secret);
      fails(values, Reason.CONFIGURATION);
      password[0] = TlsProxy.PASSWORD;
      fails(values, Reason.CONFIGURATION);
      Files.copy(folder.resolve("server-trust.p12"), trust, StandardCopyOption.REPLACE_EXISTING);
      passes(values);
    }
  }

  @Test
  void aCertificateForAnotherHostIsNotTakenUnlessToldSo() throws Exception {
    try (TlsProxy proxy = proxy("elsewhere")) {
      fails(with(proxy, "tls-ca", file("elsewhere.pem")), Reason.CONFIGURATION);
      passes(with(proxy, "tls-ca", file("elsewhere.pem"), "tls-verify-hostname", "false"));
    }
  }

  @Test
  void aBrokerThatAsksForACertificateGetsIt() throws Exception {
    try (TlsProxy proxy =
        new TlsProxy(
            rabbit.uri(), folder.resolve("server.p12"), folder.resolve("client-trust.p12"))) {
      passes(
          with(
              proxy,
              "tls-ca",
              file("server.pem"),
              "tls-keystore",
              file("client.p12"),
              "tls-keystore-password",
              TlsProxy.PASSWORD));
      // TLS 1.3 tells a client late that its certificate was missing: as an end of the connection.
      assertThat(fails(with(proxy, "tls-ca", file("server.pem"))))
          .contains("if the broker asks for a client's certificate, set tls-keystore");
      assertThat(
              fails(
                  with(
                      proxy,
                      "tls-ca",
                      file("server.pem"),
                      "tls-keystore",
                      file("elsewhere.p12"),
                      "tls-keystore-password",
                      TlsProxy.PASSWORD)))
          .contains("it may not trust the one in tls-keystore (" + file("elsewhere.p12"));
    }
  }

  @Test
  void theWrongSchemeIsToldAndEndsInTime() throws Exception {
    fails(Map.of("uri", rabbit.uri().replace("amqp:", "amqps:")), Reason.CONFIGURATION);
    try (TlsProxy proxy = proxy("server")) {
      fails(
          Map.of("uri", "amqp://127.0.0.1:" + proxy.port()),
          Reason.CONFIGURATION,
          Reason.CLOSED,
          Reason.TIMEOUT);
    }
  }

  @Test
  void aWriteThatBlocksEndsAlthoughTlsWouldSayGoodbye() throws Exception {
    String exchange = rabbit.exchange();
    rabbit.queue(exchange);
    List<Envelope> sent = new ArrayList<>();
    try (TlsProxy proxy = proxy("server")) {
      Map<String, Object> values =
          with(proxy, "tls-ca", file("server.pem"), "heartbeat", "60s", "confirm-timeout", "10m");
      Sink sink = rabbit.sink(exchange, values);
      proxy.turnDeaf();
      do {
        Envelope event = Events.of("guest-" + sent.size(), 1 << 20);
        sent.add(event);
        Deadline.kept(Duration.ofSeconds(5), () -> outcomes.send(sink, event));
      } while (outcomes.all(sent.get(0)).isEmpty());
      Deadline.kept(Duration.ofSeconds(2), sink::close);
      await("no thread of the sink left")
          .atMost(Duration.ofSeconds(60))
          .until(() -> AmqpFaultsIT.threadsOfSinks() == 0);
    }
    assertThat(sent)
        .allSatisfy(event -> assertThat(outcomes.await(event)).isInstanceOf(Outcome.Broken.class));
  }
}
