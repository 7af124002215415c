package dev.hookbridge.kafka.check;

import dev.hookbridge.api.PortProbe;
import dev.hookbridge.kafka.client.KafkaSettings;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Finds out what listens at {@code bootstrap.servers} when the brokers could not be used. */
final class KafkaPorts {
  private static final int PORTS = 65_536;

  private KafkaPorts() {}

  /** Returns one sentence for each server that does not match the properties. */
  static List<String> look(KafkaSettings settings) {
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (String written : settings.servers().split(",", -1)) {
      String server = written.strip();
      int colon = server.lastIndexOf(':');
      String host = server.substring(0, colon).replaceAll("^(?:\\w+://)?\\[?|]$", "");
      int port = Integer.parseInt(server.substring(colon + 1));
      if (port < PORTS) {
        addresses.add(InetSocketAddress.createUnresolved(host, port));
      }
    }
    return PortProbe.at(addresses).stream()
        .map(found -> words(found, settings.protocol()))
        .filter(words -> !words.isEmpty())
        .toList();
  }

  /**
   * Returns a sentence about one server, or an empty text when it matches the properties.
   *
   * @param protocol the configured {@code security.protocol}
   */
  static String words(PortProbe found, String protocol) {
    String where = found.host() + ":" + found.port();
    boolean wantsTls = protocol.endsWith("SSL");
    return switch (found.protocol()) {
      case AMQP ->
          where
              + " speaks AMQP, as RabbitMQ does: write 'type: amqp' with a uri, or Kafka's own host"
              + " and port in bootstrap.servers";
      case KAFKA -> kafka(found, where, protocol, wantsTls);
      case UNKNOWN -> found.tls() && !wantsTls ? tls(where, protocol) : found.plainly();
      default -> found.plainly();
    };
  }

  private static String kafka(PortProbe found, String where, String protocol, boolean wantsTls) {
    if (found.tls() && !wantsTls) {
      return tls(where, protocol);
    }
    if (!found.tls() && wantsTls) {
      return where
          + " speaks Kafka without TLS, and security.protocol is "
          + protocol
          + ": write the port with TLS, or "
          + (protocol.startsWith("SASL") ? "SASL_PLAINTEXT" : "PLAINTEXT");
    }
    if (found.login() && !protocol.startsWith("SASL")) {
      return where
          + " wants a login first, and security.protocol is "
          + protocol
          + ": write SASL_"
          + protocol
          + " with sasl.mechanism and sasl.jaas.config";
    }
    return !found.login() && protocol.startsWith("SASL")
        ? where
            + " takes no login, and security.protocol is "
            + protocol
            + ": write "
            + protocol.substring("SASL_".length())
            + ", or the port with a login"
        : "";
  }

  private static String tls(String where, String protocol) {
    return where
        + " speaks TLS, and security.protocol is "
        + protocol
        + ": write "
        + (protocol.startsWith("SASL") ? "SASL_SSL" : "SSL");
  }
}
