package dev.hookbridge.amqp.check;

import com.rabbitmq.client.Address;
import dev.hookbridge.amqp.client.AmqpSettings;
import dev.hookbridge.api.PortProbe;
import java.net.InetSocketAddress;
import java.util.List;

/** Finds out what listens at the addresses of {@code uri} when no connection was possible. */
final class AmqpPorts {
  private AmqpPorts() {}

  /** Returns one sentence for each address that does not match the uri. */
  static List<String> look(AmqpSettings.Broker broker) {
    List<InetSocketAddress> addresses =
        broker.addresses().stream().map(AmqpPorts::unresolved).toList();
    return PortProbe.at(addresses).stream()
        .map(found -> words(found, broker.tls()))
        .filter(words -> !words.isEmpty())
        .toList();
  }

  private static InetSocketAddress unresolved(Address address) {
    String host = address.getHost().replaceAll("^\\[|]$", "");
    return InetSocketAddress.createUnresolved(host, address.getPort());
  }

  private static String words(PortProbe found, boolean wantsTls) {
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
