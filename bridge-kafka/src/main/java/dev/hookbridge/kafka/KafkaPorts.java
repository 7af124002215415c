package dev.hookbridge.kafka;

import dev.hookbridge.WhoListens;
import java.util.ArrayList;
import java.util.List;

/** After brokers could not be used: what listens at {@code bootstrap.servers} instead. */
final class KafkaPorts {
  private static final int MOST = 3;

  /** No further address is looked at after so long. */
  private static final long PATIENCE = 1_500_000_000;

  private KafkaPorts() {}

  /** A sentence for each server that is not what the properties say; looks at three of them. */
  static List<String> look(KafkaSettings settings) {
    List<String> told = new ArrayList<>();
    long begun = System.nanoTime();
    String[] servers = settings.servers().split(",", -1);
    for (int i = 0; i < Math.min(MOST, servers.length); i++) {
      String server = servers[i].strip();
      int colon = server.lastIndexOf(':');
      String host = server.substring(0, colon).replaceAll("^(?:\\w+://)?\\[?|]$", "");
      int port = Integer.parseInt(server.substring(colon + 1));
      if (port < 65_536 && System.nanoTime() - begun < PATIENCE) {
        String words = words(WhoListens.at(host, port), settings.protocol());
        if (!words.isEmpty()) {
          told.add(words);
        }
      }
    }
    return told;
  }

  static String words(WhoListens found, String protocol) {
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

  private static String kafka(WhoListens found, String where, String protocol, boolean wantsTls) {
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
