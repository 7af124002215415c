package dev.hookbridge.amqp.client;

import com.rabbitmq.client.Address;
import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses {@code uri}, {@code username} and {@code password} by the RabbitMQ URI specification, with
 * one exception: a path of only {@code /} means the vhost {@code /}, because an empty vhost name is
 * not in use.
 *
 * <p>This is own code for two reasons. The client's parser puts the whole uri, with the password,
 * into its messages. Its defaults for amqps trust every certificate.
 */
final class AmqpUri {
  private static final int PLAIN_PORT = 5672;
  private static final int TLS_PORT = 5671;

  /** The parts of one uri. User and password are null when the uri does not contain them. */
  private record Parts(
      boolean tls,
      Address address,
      String vhost,
      @Nullable String username,
      @Nullable String password) {}

  static final SettingKey<List<String>> URI =
      SettingKey.requiredList(
          "uri",
          "amqp(s)://host:port/vhost, the vhost percent-encoded; a list of them for a cluster, tried"
              + " in random order.");
  static final SettingKey<String> USERNAME =
      SettingKey.text("username", "guest", "Who publishes; better here than in the uri.");
  static final SettingKey<String> PASSWORD =
      SettingKey.text("password", "", "The password, best as ${file:…}.");

  private AmqpUri() {}

  /**
   * Returns addresses and login.
   *
   * @throws IllegalArgumentException with one sentence, when a setting is wrong
   */
  static AmqpSettings.Broker broker(Settings settings) {
    if (!settings.has(URI)) {
      throw settings.wrong(URI, "is missing", "write it like amqps://rabbit.example.org/%2F");
    }
    List<Parts> all = new ArrayList<>();
    for (String uri : settings.get(URI)) {
      all.add(parse(settings, uri));
    }
    if (all.isEmpty()) {
      throw settings.wrong(URI, "is an empty list", "name at least one broker");
    }
    Parts first = all.get(0);
    Set<Address> addresses = new LinkedHashSet<>();
    for (Parts parts : all) {
      requireAlike(settings, first, parts);
      addresses.add(parts.address());
    }
    String username = username(settings, first.username());
    return new AmqpSettings.Broker(
        first.tls(),
        List.copyOf(addresses),
        first.vhost(),
        username,
        password(settings, first.password(), username));
  }

  private static void requireAlike(Settings settings, Parts first, Parts other) {
    if (other.tls() != first.tls()
        || !other.vhost().equals(first.vhost())
        || (other.username() != null && !other.username().equals(first.username()))
        || (other.password() != null && !other.password().equals(first.password()))) {
      throw settings.wrong(
          URI,
          "names brokers with different schemes, vhosts or users",
          "one sink publishes to one cluster, make two sinks of it");
    }
  }

  private static String username(Settings settings, @Nullable String inUri) {
    if (inUri == null) {
      return settings.get(USERNAME);
    }
    if (settings.has(USERNAME) && !settings.get(USERNAME).equals(inUri)) {
      throw settings.wrong(USERNAME, "differs from the uri's", "keep one of them");
    }
    return inUri;
  }

  private static String password(Settings settings, @Nullable String inUri, String username) {
    if (inUri != null) {
      if (settings.has(PASSWORD)) {
        throw settings.wrong(PASSWORD, "is given in the uri as well", "take it out of the uri");
      }
      return inUri;
    }
    if (settings.has(PASSWORD)) {
      return settings.get(PASSWORD);
    }
    if (username.equals("guest")) {
      return "guest"; // a new broker's default, accepted only from its own host
    }
    throw settings.wrong(PASSWORD, "is missing", "write ${file:/path/to/it}");
  }

  private static Parts parse(Settings settings, String written) {
    java.net.URI uri;
    try {
      uri = new java.net.URI(written);
    } catch (URISyntaxException e) {
      // Without the cause: its message contains the uri, and with it a password.
      throw settings.wrong(
          URI, "is not a uri", "write it like amqps://rabbit.example.org:5671/%2F");
    }
    boolean tls = "amqps".equalsIgnoreCase(uri.getScheme());
    if (!tls && !"amqp".equalsIgnoreCase(uri.getScheme())) {
      throw settings.wrong(URI, "has neither scheme amqp nor amqps", "begin it with one of them");
    }
    if (uri.getHost() == null) {
      throw settings.wrong(URI, "names no host", "write it like amqp://rabbit.example.org/%2F");
    }
    if (uri.getPort() == 0 || uri.getPort() > 65_535) {
      throw settings.wrong(URI, "has a port that cannot be", "write one from 1 to 65535");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw settings.wrong(
          URI, "has a query or fragment", "use keys such as heartbeat or tls-ca instead");
    }
    int port = uri.getPort() > 0 ? uri.getPort() : tls ? TLS_PORT : PLAIN_PORT;
    String user = uri.getRawUserInfo();
    int colon = user == null ? -1 : user.indexOf(':');
    return new Parts(
        tls,
        new Address(uri.getHost(), port),
        vhost(settings, uri.getRawPath()),
        user == null ? null : decode(settings, colon < 0 ? user : user.substring(0, colon)),
        user == null || colon < 0 ? null : decode(settings, user.substring(colon + 1)));
  }

  private static String vhost(Settings settings, @Nullable String path) {
    if (path == null || path.isEmpty() || path.equals("/")) {
      return "/";
    }
    if (path.indexOf('/', 1) >= 0) {
      throw settings.wrong(
          URI, "has a path of several parts", "write a slash in the vhost's name as %2F");
    }
    return decode(settings, path.substring(1));
  }

  /** Decodes percent-encoding as in a path: a plus sign stays a plus sign. */
  private static String decode(Settings settings, String encoded) {
    byte[] in = encoded.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate(in.length);
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '%') {
        out.put((byte) Integer.parseInt(encoded, i + 1, i + 3, 16)); // URI has checked the digits
        i += 2;
      } else {
        out.put(in[i]);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(out.flip()).toString();
    } catch (CharacterCodingException e) {
      throw settings.wrong(URI, "is not UTF-8 after %-decoding", "encode its parts as UTF-8");
    }
  }
}
