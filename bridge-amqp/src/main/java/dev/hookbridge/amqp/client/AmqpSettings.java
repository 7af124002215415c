package dev.hookbridge.amqp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.Address;
import dev.hookbridge.api.ContentMode;
import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import java.time.Duration;
import java.util.List;

/**
 * Holds the checked configuration of an AMQP sink.
 *
 * @param broker the addresses and the login
 * @param tls the TLS settings, used only when {@code broker.tls()} is true
 * @param exchange the topic exchange of the feed
 * @param decisions the exchange of decision requests
 * @param prefix the text before an attribute's name in a header
 * @param mode the content mode of the feed; decision requests are always binary
 * @param unroutable the treatment of an event without a queue
 * @param heartbeat whole seconds; a broker that is silent for twice this time is considered dead
 * @param connectionTimeout the limit for one address, for each of TCP, TLS and the AMQP handshake
 * @param confirmTimeout the time that a live broker may leave an event unconfirmed
 */
public record AmqpSettings(
    Broker broker,
    TlsSettings tls,
    String exchange,
    String decisions,
    String prefix,
    ContentMode mode,
    Unroutable unroutable,
    Duration heartbeat,
    Duration connectionTimeout,
    Duration confirmTimeout) {

  /** The treatment of an event for which no queue is bound to the exchange. */
  public enum Unroutable {
    PARK,
    DISCARD
  }

  /** The addresses, tried in random order, and the login. It contains a secret. */
  public record Broker(
      boolean tls, List<Address> addresses, String vhost, String username, String password) {
    /** Returns the addresses and the vhost, never the login. */
    @Override
    public String toString() {
      return (tls ? "amqps://" : "amqp://")
          + String.join(",", addresses.stream().map(Address::toString).toList())
          + "/"
          + (vhost.equals("/") ? "%2F" : vhost);
    }
  }

  /** The configuration keys, in the order of the documentation. */
  public static final List<SettingKey> KEYS =
      List.of(
          SettingKey.required(
              "uri",
              "amqp(s)://host:port/vhost, the vhost percent-encoded; a list of them for a cluster,"
                  + " tried in random order"),
          SettingKey.optional("username", "guest", "Who publishes; better here than in the uri"),
          SettingKey.optional("password", "", "The password, best as ${file:…}"),
          SettingKey.required("exchange", "A durable topic exchange; the agent never creates it"),
          SettingKey.optional(
              "decisions-exchange",
              "libvirt.decisions",
              "The topic exchange on which deciders are asked, where a rule goes by way of this"
                  + " sink"),
          ContentMode.KEY,
          SettingKey.optional(
              "prefix",
              "cloudEvents:",
              "What stands before an attribute's name in a header: cloudEvents:, cloudEvents_ or"
                  + " ce-"),
          SettingKey.optional(
              "unroutable",
              "park",
              "An event no queue is bound for: park it as a dead letter, or discard and count it"),
          SettingKey.optional(
              "heartbeat", "5s", "A broker silent for twice this long is given up, 1s to 60s"),
          SettingKey.optional(
              "connection-timeout", "3s", "For each address, 100ms to 6s; all of them have 7s"),
          SettingKey.optional(
              "confirm-timeout",
              "30s",
              "An event unconfirmed for this long ends the connection, 1s to 10m"),
          SettingKey.optional(
              "tls-ca", "", "PEM file with the certificates to trust; default: the JVM's"),
          SettingKey.optional("tls-truststore", "", "PKCS12 or JKS file instead of tls-ca"),
          SettingKey.optional("tls-truststore-password", "", "The truststore's password"),
          SettingKey.optional(
              "tls-keystore", "", "PKCS12 or JKS file with a certificate to show to the broker"),
          SettingKey.optional("tls-keystore-password", "", "The keystore's and its key's password"),
          SettingKey.optional(
              "tls-verify-hostname", "true", "Whether the certificate must name the host"));

  private static final List<String> PREFIXES = List.of("cloudEvents:", "cloudEvents_", "ce-");

  /**
   * Parses and checks the settings, without any connection.
   *
   * @throws IllegalArgumentException with one sentence, when a setting is wrong
   */
  public static AmqpSettings of(Settings settings) {
    Broker broker = AmqpUri.broker(settings);
    return new AmqpSettings(
        broker,
        TlsSettings.of(settings, broker.tls()),
        exchange(settings, "exchange", settings.text("exchange")),
        decisions(settings),
        prefix(settings),
        ContentMode.of(settings),
        settings.choice("unroutable", Unroutable.PARK),
        heartbeat(settings),
        settings.duration(
            "connection-timeout", "3s", Duration.ofMillis(100), Duration.ofSeconds(6)),
        settings.duration("confirm-timeout", "30s", Duration.ofSeconds(1), Duration.ofMinutes(10)));
  }

  private static String exchange(Settings settings, String key, String exchange) {
    if (exchange.isEmpty() || exchange.equals("amq.default")) {
      throw settings.wrong(
          key, "is the default exchange", "name a topic exchange, it routes by pattern");
    }
    if (exchange.getBytes(UTF_8).length > AmqpRouting.MAX_BYTES) {
      throw settings.wrong(key, "has more than 255 bytes", "AMQP allows no longer name");
    }
    return exchange;
  }

  private static String decisions(Settings settings) {
    String key = "decisions-exchange";
    String exchange = exchange(settings, key, settings.text(key, "libvirt.decisions"));
    if (exchange.equals(settings.text("exchange"))) {
      throw settings.wrong(
          key, "is the feed's exchange", "name another, who reads the feed may not decide");
    }
    return exchange;
  }

  private static String prefix(Settings settings) {
    String prefix = settings.text("prefix", PREFIXES.get(0));
    if (!PREFIXES.contains(prefix)) {
      throw settings.wrong(
          "prefix", "is '" + prefix + "'", "write one of " + String.join(", ", PREFIXES));
    }
    return prefix;
  }

  /** Returns the heartbeat, rounded up to whole seconds. AMQP has no fractions. */
  private static Duration heartbeat(Settings settings) {
    Duration heartbeat =
        settings.duration("heartbeat", "5s", Duration.ofSeconds(1), Duration.ofSeconds(60));
    return Duration.ofSeconds(heartbeat.plusMillis(999).toSeconds());
  }
}
