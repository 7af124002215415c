package dev.hookbridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Settings;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code hookbridge check} says of a broker's TLS that does not fit. */
class KafkaTlsIT {
  private static final String PASSWORD = "secret-of-a-store";
  @TempDir static Path folder;

  @BeforeAll
  static void certificates() throws Exception {
    identity("server", "ip:127.0.0.1");
    identity("elsewhere", "dns:kafka9.example.org");
    identity("client", "dns:client.example.org");
    keytool("-genkeypair -alias it -keyalg EC -dname CN=stranger -keystore " + store("stranger"));
  }

  private static void identity(String name, String alternative) throws Exception {
    keytool(
        ("-genkeypair -alias it -keyalg EC -dname CN=" + name + " -ext san=" + alternative)
            + (" -keystore " + store(name)));
    String pem = folder.resolve(name + ".pem").toString();
    keytool("-exportcert -rfc -file " + pem + " -alias it -keystore " + store(name));
    trust(name, name + "-trust");
    trust(name, "brokers"); // a broker trusts itself and the client
  }

  private static void trust(String name, String in) throws Exception {
    Path pem = folder.resolve(name + ".pem");
    keytool("-importcert -noprompt -file " + pem + " -alias " + name + " -keystore " + store(in));
  }

  private static void keytool(String words) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of((words + " -storetype PKCS12 -storepass " + PASSWORD).split(" ", -1)));
    File output = folder.resolve("keytool.out").toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    assertThat(process.waitFor()).isZero();
  }

  private static String store(String name) {
    return folder.resolve(name + ".p12").toString();
  }

  private static Broker broker(String identity) {
    return Brokers.kafka(
        Map.of(
            "listener.security.protocol.map", "PLAINTEXT:SSL,CONTROLLER:PLAINTEXT",
            "ssl.keystore.location", store(identity),
            "ssl.keystore.password", PASSWORD,
            "ssl.keystore.type", "PKCS12",
            "ssl.truststore.location", store("brokers"),
            "ssl.truststore.password", PASSWORD,
            "ssl.truststore.type", "PKCS12",
            "ssl.endpoint.identification.algorithm", "",
            "listener.name.plaintext.ssl.client.auth", "required"));
  }

  private static Map<String, String> client(String trusted) {
    Map<String, String> properties = new HashMap<>();
    properties.put("security.protocol", "SSL");
    properties.put("ssl.truststore.location", store(trusted + "-trust"));
    properties.put("ssl.truststore.password", PASSWORD);
    properties.put("ssl.truststore.type", "PKCS12");
    properties.put("ssl.keystore.location", store("client"));
    properties.put("ssl.keystore.password", PASSWORD);
    properties.put("ssl.keystore.type", "PKCS12");
    return properties;
  }

  private static String check(Broker broker, Map<String, String> more) {
    Map<String, String> properties = new HashMap<>(more);
    properties.put("bootstrap.servers", broker.address());
    Map<String, Object> settings = Map.of("topic", "t", "properties", properties);
    List<Check> lines = new KafkaTransport().check(new Settings("sinks.feed", settings), false);
    assertThat(lines).extracting(Check::level).contains(Check.Level.FAILURE);
    assertThat(lines.toString()).doesNotContain("Exception", "java.", "org.", PASSWORD);
    return lines.toString();
  }

  @Test
  void certificatesAndPasswordsThatDoNotFit() {
    try (Broker broker = broker("server")) {
      assertThat(check(broker, client("server"))).contains("topic t", "is not there");
      assertThat(check(broker, client("elsewhere")))
          .contains("its certificate is not signed by one that is trusted here");
      Map<String, String> wrong = client("server");
      wrong.put("ssl.truststore.password", "x");
      assertThat(check(broker, wrong))
          .contains(store("server-trust"), "the password of the key store is wrong");
      assertThat(check(broker, Map.of())).contains("security.protocol is PLAINTEXT: write SSL");
      Map<String, String> without = client("server");
      without.keySet().removeIf(key -> key.startsWith("ssl.keystore"));
      assertThat(check(broker, without))
          .contains("it wants a certificate of this client that it trusts", "ssl properties");
      Map<String, String> stranger = client("server");
      stranger.put("ssl.keystore.location", store("stranger"));
      assertThat(check(broker, stranger))
          .contains("it wants a certificate of this client that it trusts", "ssl properties");
    }
  }

  @Test
  void certificateOfAnotherHost() {
    try (Broker broker = broker("elsewhere")) {
      assertThat(check(broker, client("elsewhere")))
          .contains("its certificate is for another host");
    }
  }
}
