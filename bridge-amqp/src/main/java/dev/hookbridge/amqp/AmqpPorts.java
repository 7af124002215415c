package dev.hookbridge.amqp;

import com.rabbitmq.client.Address;
import dev.hookbridge.WhoListens;
import java.util.ArrayList;
import java.util.List;

/** After no connection came about: what listens at the addresses of {@code uri} instead. */
final class AmqpPorts {
  private static final int MOST = 3;

  /** No further address is looked at after so long. */
  private static final long PATIENCE = 1_500_000_000;

  private AmqpPorts() {}

  /** A sentence for each address that is not what the uri says; looks at three of them. */
  static List<String> look(AmqpSettings.Broker broker) {
    List<String> told = new ArrayList<>();
    long begun = System.nanoTime();
    for (Address address : broker.addresses().stream().limit(MOST).toList()) {
      String host = address.getHost().replaceAll("^\\[|]$", "");
      if (System.nanoTime() - begun < PATIENCE) {
        told.add(words(WhoListens.at(host, address.getPort()), broker.tls()));
      }
    }
    told.removeIf(String::isEmpty);
    return told;
  }

  private static String words(WhoListens found, boolean wantsTls) {
    String where = found.host() + ":" + found.port();
    return switch (found.protocol()) {
      case KAFKA ->
          where
              + " is a Kafka broker: write 'type: kafka' with bootstrap.servers, or RabbitMQ's own"
              + " host and port in the uri";
      case AMQP -> found.tls() == wantsTls ? "" : wantsTls ? plain(where) : tls(where);
      case HTTP ->
          found.plainly() + ": RabbitMQ's management is there as a rule, AMQP at 5672 or 5671";
      case UNKNOWN -> found.tls() && !wantsTls ? tls(where) : found.plainly();
      default -> found.plainly();
    };
  }

  private static String plain(String where) {
    return where
        + " speaks AMQP without TLS: write the port with TLS, 5671 as a rule, or amqp:// in the uri";
  }

  private static String tls(String where) {
    return where + " speaks TLS: write amqps:// in the uri";
  }
}
