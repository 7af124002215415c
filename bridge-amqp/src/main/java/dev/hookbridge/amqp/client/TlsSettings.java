package dev.hookbridge.amqp.client;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Holds the {@code tls-…} keys and makes the TLS context. The broker's certificate is always
 * verified. There is no key to switch this off, because a CA file for a self-signed certificate is
 * just as short to configure.
 *
 * <p>The files are read when connecting, not when the configuration is checked. So the next
 * connection uses a renewed certificate.
 */
record TlsSettings(
    @Nullable Path ca,
    @Nullable Path truststore,
    String truststorePassword,
    @Nullable Path keystore,
    String keystorePassword,
    boolean verifyHostname) {

  static final SettingKey<String> CA =
      SettingKey.text("tls-ca", "", "PEM file with the certificates to trust; default: the JVM's.");
  static final SettingKey<String> TRUSTSTORE =
      SettingKey.text("tls-truststore", "", "PKCS12 or JKS file instead of tls-ca.");
  static final SettingKey<String> TRUSTSTORE_PASSWORD =
      SettingKey.text("tls-truststore-password", "", "The truststore's password.");
  static final SettingKey<String> KEYSTORE =
      SettingKey.text(
          "tls-keystore", "", "PKCS12 or JKS file with a certificate to show to the broker.");
  static final SettingKey<String> KEYSTORE_PASSWORD =
      SettingKey.text("tls-keystore-password", "", "The keystore's and its key's password.");
  static final SettingKey<Boolean> VERIFY_HOSTNAME =
      SettingKey.flag("tls-verify-hostname", true, "Whether the certificate must name the host.");

  /**
   * Parses and checks the keys.
   *
   * @throws IllegalArgumentException with one sentence, when a setting is wrong
   */
  static TlsSettings of(Settings settings, boolean tls) {
    for (SettingKey<String> file : List.of(CA, TRUSTSTORE, KEYSTORE)) {
      if (settings.has(file) && !tls) {
        throw settings.wrong(file, "needs TLS", "begin the uri with amqps://");
      }
    }
    requireStore(settings, TRUSTSTORE, TRUSTSTORE_PASSWORD);
    requireStore(settings, KEYSTORE, KEYSTORE_PASSWORD);
    if (settings.has(CA) && settings.has(TRUSTSTORE)) {
      throw settings.wrong(CA, "stands beside tls-truststore", "keep one of them");
    }
    return new TlsSettings(
        file(settings, CA),
        file(settings, TRUSTSTORE),
        settings.get(TRUSTSTORE_PASSWORD),
        file(settings, KEYSTORE),
        settings.get(KEYSTORE_PASSWORD),
        settings.get(VERIFY_HOSTNAME));
  }

  private static void requireStore(
      Settings settings, SettingKey<String> store, SettingKey<String> password) {
    if (settings.has(password) && !settings.has(store)) {
      throw settings.wrong(password, "has no " + store, "name the file as well");
    }
  }

  private static @Nullable Path file(Settings settings, SettingKey<String> key) {
    if (!settings.has(key)) {
      return null;
    }
    Path file = Path.of(settings.get(key));
    if (!Files.isReadable(file)) {
      throw settings.wrong(key, "names a file that cannot be read", "check path and permissions");
    }
    return file;
  }

  /** Returns what to do when the broker may not accept this client's certificate. */
  String certificateAdvice() {
    return keystore == null
        ? "if the broker asks for a client's certificate, set tls-keystore and tls-keystore-password"
        : "if the broker asks for a client's certificate, it may not trust the one in tls-keystore ("
            + keystore
            + "): look into its log";
  }

  /** Reads the files and returns a new TLS context. */
  SSLContext context() throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers(), trustManagers(), null);
    return context;
  }

  private KeyManager @Nullable [] keyManagers() throws IOException, GeneralSecurityException {
    if (keystore == null) {
      return null;
    }
    char[] password = keystorePassword.toCharArray();
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(KeyStore.getInstance(keystore.toFile(), password), password);
    return factory.getKeyManagers();
  }

  private TrustManager @Nullable [] trustManagers() throws IOException, GeneralSecurityException {
    if (ca == null && truststore == null) {
      return null; // the JVM's default certificates
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(
        truststore != null
            ? KeyStore.getInstance(truststore.toFile(), truststorePassword.toCharArray())
            : certificates(ca));
    return factory.getTrustManagers();
  }

  private static KeyStore certificates(@Nullable Path pem)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    if (pem != null) {
      try (InputStream in = Files.newInputStream(pem)) {
        int count = 0;
        for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
          store.setCertificateEntry("ca-" + count++, each);
        }
      }
    }
    return store;
  }

  /** Returns the files, never a password. */
  @Override
  public String toString() {
    return "TlsSettings[ca=" + ca + ", truststore=" + truststore + ", keystore=" + keystore + "]";
  }
}
