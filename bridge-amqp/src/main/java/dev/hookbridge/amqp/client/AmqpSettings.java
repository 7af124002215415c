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

  private static final SettingKey<String> EXCHANGE =
      SettingKey.required("exchange", "A durable topic exchange; the agent never creates it.");
  private static final SettingKey<String> DECISIONS_EXCHANGE =
      SettingKey.text(
          "decisions-exchange",
          "libvirt.decisions",
          "The topic exchange on which deciders are asked, where a rule uses this sink.");
  private static final SettingKey<String> PREFIX =
      SettingKey.word(
          "prefix",
          List.of("cloudEvents:", "cloudEvents_", "ce-"),
          "What stands before an attribute's name in a header.");
  private static final SettingKey<Unroutable> UNROUTABLE =
      SettingKey.choice(
          "unroutable",
          Unroutable.PARK,
          "What happens to an event no queue is bound for: it becomes a dead letter (park), or it is"
              + " counted only (discard).");
  private static final SettingKey<Duration> HEARTBEAT =
      SettingKey.duration(
          "heartbeat",
          "5s",
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          "A broker that is silent for twice this long is given up.");
  private static final SettingKey<Duration> CONNECTION_TIMEOUT =
      SettingKey.duration(
          "connection-timeout",
          "3s",
          Duration.ofMillis(100),
          Duration.ofSeconds(6),
          "The limit for each address; all of them together have 7s.");
  private static final SettingKey<Duration> CONFIRM_TIMEOUT =
      SettingKey.duration(
          "confirm-timeout",
          "30s",
          Duration.ofSeconds(1),
          Duration.ofMinutes(10),
          "An event that is unconfirmed for this long ends the connection.");

  /** The configuration keys, in the order of the documentation. */
  public static final List<SettingKey<?>> KEYS =
      List.of(
          AmqpUri.URI,
          AmqpUri.USERNAME,
          AmqpUri.PASSWORD,
          EXCHANGE,
          DECISIONS_EXCHANGE,
          ContentMode.KEY,
          PREFIX,
          UNROUTABLE,
          HEARTBEAT,
          CONNECTION_TIMEOUT,
          CONFIRM_TIMEOUT,
          TlsSettings.CA,
          TlsSettings.TRUSTSTORE,
          TlsSettings.TRUSTSTORE_PASSWORD,
          TlsSettings.KEYSTORE,
          TlsSettings.KEYSTORE_PASSWORD,
          TlsSettings.VERIFY_HOSTNAME);

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
        exchange(settings, EXCHANGE),
        decisions(settings),
        settings.get(PREFIX),
        settings.get(ContentMode.KEY),
        settings.get(UNROUTABLE),
        heartbeat(settings),
        settings.get(CONNECTION_TIMEOUT),
        settings.get(CONFIRM_TIMEOUT));
  }

  private static String exchange(Settings settings, SettingKey<String> key) {
    String exchange = settings.get(key);
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
    String exchange = exchange(settings, DECISIONS_EXCHANGE);
    if (exchange.equals(settings.get(EXCHANGE))) {
      throw settings.wrong(
          DECISIONS_EXCHANGE,
          "is the feed's exchange",
          "name another, who reads the feed may not decide");
    }
    return exchange;
  }

  /** Returns the heartbeat, rounded up to whole seconds. AMQP has no fractions. */
  private static Duration heartbeat(Settings settings) {
    return Duration.ofSeconds(settings.get(HEARTBEAT).plusMillis(999).toSeconds());
  }
}
