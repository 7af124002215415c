package dev.hookbridge.config;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.http.Endpoint;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code http}: an address, {@code off}, or a map with the settings for an address that other
 * hosts can reach.
 */
public final class HttpConfig {
  private static final SettingKey<String> ADDRESS =
      SettingKey.text("address", "127.0.0.1:9464", "Where it listens, as address:port.");
  private static final SettingKey<Map<String, Object>> TLS =
      SettingKey.section("tls", "Its certificate; without it plain HTTP.");
  private static final SettingKey<Map<String, Object>> BASIC =
      SettingKey.section("basic", "Who may read; without it everybody.");
  private static final SettingKey<Path> CERTIFICATE =
      SettingKey.path("certificate", "PEM file, the server's own certificate first.");
  private static final SettingKey<Path> KEY =
      SettingKey.path("key", "PEM file with its private key, PKCS #8 without a password.");
  private static final SettingKey<String> USER =
      SettingKey.required("user", "The name, without a colon.");
  private static final SettingKey<String> PASSWORD =
      SettingKey.required("password", "Best as ${file:…}.");

  /** The key {@code http} itself. */
  static final SettingKey<Optional<Object>> HTTP =
      SettingKey.any(
          "http",
          ADDRESS.fallback(),
          "address:port, off or a map",
          "Where the status page, /metrics, /healthy and /ready are.");

  private static final SettingKey<Map<String, Object>> HTTP_MAP =
      SettingKey.section(HTTP.name(), HTTP.description());
  private static final SettingKey<String> HTTP_ADDRESS =
      SettingKey.text(HTTP.name(), HTTP.fallback(), HTTP.description());

  /** The keys of {@code http} if it is a map. */
  public static final List<SettingKey<?>> KEYS = List.of(ADDRESS, TLS, BASIC);

  /** The keys of {@code http.tls}. */
  public static final List<SettingKey<?>> TLS_KEYS = List.of(CERTIFICATE, KEY);

  /** The keys of {@code http.basic}. */
  public static final List<SettingKey<?>> BASIC_KEYS = List.of(USER, PASSWORD);

  private HttpConfig() {}

  /** Returns the configured server, empty if it is off. */
  static Optional<Endpoint> of(Settings top) throws ConfigException {
    if (top.get(HTTP).orElse("") instanceof Map<?, ?>) {
      return Optional.of(endpoint(top.get(HTTP_MAP)));
    }
    String text = top.get(HTTP_ADDRESS);
    return text.equals("off") || text.equals("false")
        ? Optional.empty()
        : Optional.of(Endpoint.open(address(top, HTTP_ADDRESS, "write address:port or off")));
  }

  private static Endpoint endpoint(Map<String, Object> values) throws ConfigException {
    Settings settings = UnknownKeyCheck.settings("http", values, KEYS);
    Endpoint endpoint =
        new Endpoint(
            address(settings, ADDRESS, "write address:port"),
            settings.has(TLS) ? Optional.of(tls(settings)) : Optional.empty(),
            settings.has(BASIC) ? Optional.of(basic(settings)) : Optional.empty());
    if (endpoint.basic().isPresent() && endpoint.tls().isEmpty() && !endpoint.local()) {
      throw new ConfigException(
          "http.basic would send its password in clear to "
              + settings.get(ADDRESS)
              + ": add http.tls, or listen on 127.0.0.1");
    }
    return endpoint;
  }

  private static InetSocketAddress address(
      Settings settings, SettingKey<String> key, String advice) {
    String text = settings.get(key);
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

  private static Endpoint.Tls tls(Settings http) throws ConfigException {
    Settings settings = UnknownKeyCheck.settings("http.tls", http.get(TLS), TLS_KEYS);
    return new Endpoint.Tls(settings.get(CERTIFICATE), settings.get(KEY));
  }

  private static Endpoint.Basic basic(Settings http) throws ConfigException {
    Settings settings = UnknownKeyCheck.settings("http.basic", http.get(BASIC), BASIC_KEYS);
    String user = settings.get(USER);
    String password = settings.get(PASSWORD);
    if (user.isEmpty() || user.contains(":")) {
      throw settings.wrong(USER, "is empty or has a colon", "write a name without one");
    }
    if (password.isEmpty()) {
      throw settings.wrong(PASSWORD, "is empty", "write one, best as ${file:…}");
    }
    return new Endpoint.Basic(user, password);
  }
}
