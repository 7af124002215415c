package dev.hookbridge.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.hookbridge.api.Check;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A wrong port, scheme or broker is called by its name. */
@ExtendWith(Rabbit.Shared.class)
final class AmqpPortsIT {
  @TempDir Path folder;
  private final Rabbit rabbit;

  AmqpPortsIT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  private String check(String uri) {
    List<Check> lines =
        new AmqpTransport().check(rabbit.settings("any", Map.of("uri", uri)), false);
    assertThat(lines.get(0).level()).isEqualTo(Check.Level.FAILURE);
    assertThat(lines.toString()).doesNotContain("Exception", "java.", "com.rabbitmq");
    return lines.toString();
  }

  @Test
  void aKafkaBroker() throws Exception {
    try (Broker kafka = Brokers.kafka()) {
      String reported = kafka.address() + " is a Kafka broker: write 'type: kafka'";
      assertThat(check("amqp://" + kafka.address())).contains(reported);
      assertThat(check("amqps://" + kafka.address())).contains(reported);
    }
  }

  @Test
  void withTlsAndWithout() throws Exception {
    Path identity = folder.resolve("server.p12");
    String words =
        "-genkeypair -keyalg EC -dname CN=a -alias it -storetype PKCS12 -storepass "
            + (TlsProxy.PASSWORD + " -keystore " + identity);
    Process keytool =
        new ProcessBuilder((System.getProperty("java.home") + "/bin/keytool " + words).split(" "))
            .redirectErrorStream(true)
            .start();
    keytool.getInputStream().readAllBytes();
    assertThat(keytool.waitFor()).isZero();
    try (TlsProxy proxy = new TlsProxy(rabbit.uri(), identity, null)) {
      String at = "127.0.0.1:" + proxy.port();
      assertThat(check("amqp://" + at)).contains(at + " speaks TLS: write amqps:// in the uri");
      assertThat(check("amqps://" + at))
          .contains("its certificate is not signed by one that is trusted here", "tls- keys")
          .doesNotContain("uri,");
    }
    assertThat(check(rabbit.uri().replace("amqp:", "amqps:")))
        .contains("speaks AMQP without TLS: write the port with TLS");
  }

  @Test
  void noBrokerAtAll() throws Exception {
    HttpServer web = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 9);
    web.start();
    try {
      assertThat(check("amqp://127.0.0.1:" + web.getAddress().getPort()))
          .contains("speaks HTTP", "RabbitMQ's management");
    } finally {
      web.stop(0);
    }
    assertThat(check("amqp://rabbit9.invalid"))
        .contains("the name rabbit9.invalid cannot be resolved");
    assertThat(check("amqp://127.0.0.1:1")).contains("nothing listens at 127.0.0.1:1");
  }
}
