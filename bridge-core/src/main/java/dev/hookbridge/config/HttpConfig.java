package dev.hookbridge.config;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.http.Endpoint;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code http}: an address, {@code off}, or a map with the settings for an address that other
 * hosts can reach.
 */
public final class HttpConfig {
  private static final String ADDRESS = "127.0.0.1:9464";

  /** The keys of {@code http} if it is a map. */
  public static final List<SettingKey> KEYS =
      List.of(
          SettingKey.optional("address", ADDRESS, "Where it listens, as address:port."),
          SettingKey.optional("tls", "", "Its certificate; without it plain HTTP."),
          SettingKey.optional("basic", "", "Who may read; without it everybody."));

  /** The keys of {@code http.tls}. */
  public static final List<SettingKey> TLS_KEYS =
      List.of(
          SettingKey.required("certificate", "PEM file, the server's own certificate first."),
          SettingKey.required("key", "PEM file with its private key, PKCS #8 without a password."));

  /** The keys of {@code http.basic}. */
  public static final List<SettingKey> BASIC_KEYS =
      List.of(
          SettingKey.required("user", "The name, without a colon."),
          SettingKey.required("password", "Best as ${file:…}."));

  private HttpConfig() {}

  /**
   * Returns the configured server.
   *
   * @param written the value of {@code http}, null if there is none
   * @return the server, or empty if it is off
   */
  static Optional<Endpoint> of(@Nullable Object written, Map<String, Object> top)
      throws ConfigException {
    if (!(written instanceof Map<?, ?>)) {
      return plain(new Settings("", top));
    }
    Map<String, Object> values = Config.section(top, "http");
    UnknownKeyCheck.check("http", values.keySet(), names(KEYS));
    Settings settings = new Settings("http", values);
    Endpoint endpoint =
        new Endpoint(
            address(settings, "address"),
            values.containsKey("tls") ? Optional.of(tls(values)) : Optional.empty(),
            values.containsKey("basic") ? Optional.of(basic(values)) : Optional.empty());
    if (endpoint.basic().isPresent() && endpoint.tls().isEmpty() && !endpoint.local()) {
      throw new ConfigException(
          "http.basic would send its password in clear to "
              + settings.text("address", ADDRESS)
              + ": add http.tls, or listen on 127.0.0.1");
    }
    return Optional.of(endpoint);
  }

  private static Optional<Endpoint> plain(Settings settings) {
    String text = settings.text("http", ADDRESS);
    return text.equals("off") || text.equals("false")
        ? Optional.empty()
        : Optional.of(Endpoint.open(address(settings, "http")));
  }

  private static InetSocketAddress address(Settings settings, String key) {
    String advice = key.equals("http") ? "write address:port or off" : "write address:port";
    String text = settings.text(key, ADDRESS);
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      String address = text.substring(0, Math.max(0, colon)).replaceAll("^\\[|]$", "");
      if (!address.isEmpty() && port >= 0 && port < 65536) {
        return new InetSocketAddress(address, port);
      }
    } catch (NumberFormatException e) {
      throw settings.wrong(key, "has no port", advice);
    }
    throw settings.wrong(key, "is not an address", advice);
  }

  private static Endpoint.Tls tls(Map<String, Object> http) throws ConfigException {
    Settings settings = part(http, "tls", TLS_KEYS);
    return new Endpoint.Tls(file(settings, "certificate"), file(settings, "key"));
  }

  private static Path file(Settings settings, String key) {
    Path file = Path.of(settings.text(key));
    if (!file.isAbsolute()) {
      throw settings.wrong(key, "is not absolute", "begin it with /");
    }
    return file;
  }

  private static Endpoint.Basic basic(Map<String, Object> http) throws ConfigException {
    Settings settings = part(http, "basic", BASIC_KEYS);
    String user = settings.text("user");
    String password = settings.text("password");
    if (user.isEmpty() || user.contains(":")) {
      throw settings.wrong("user", "is empty or has a colon", "write a name without one");
    }
    if (password.isEmpty()) {
      throw settings.wrong("password", "is empty", "write one, best as ${file:…}");
    }
    return new Endpoint.Basic(user, password);
  }

  private static Settings part(Map<String, Object> http, String name, List<SettingKey> keys)
      throws ConfigException {
    if (!(http.get(name) instanceof Map<?, ?>)) {
      throw new ConfigException(
          "http." + name + " is not a map: write its keys below it, indented");
    }
    Map<String, Object> values = Config.section(http, name);
    UnknownKeyCheck.check("http." + name, values.keySet(), names(keys));
    return new Settings("http." + name, values);
  }

  private static List<String> names(List<SettingKey> keys) {
    return keys.stream().map(SettingKey::name).toList();
  }
}
