package dev.hookbridge.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A key and its self-signed certificate for 127.0.0.1, as PEM files. The JDK's keytool makes them.
 *
 * @param certificate the self-signed certificate, so clients can trust it alone
 * @param key the private key
 */
public record TestIdentity(Path certificate, Path key) {
  private static final String PASSWORD = "changeit";
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

  /**
   * Makes a key and a certificate.
   *
   * @param name the name of the two files, and the certificate's common name
   * @param algorithm the keytool name: {@code EC}, {@code RSA} or {@code Ed25519}
   */
  public static TestIdentity make(Path folder, String name, String algorithm) {
    try {
      Path store = folder.resolve(name + ".p12");
      keytool(store, name, algorithm);
      KeyStore read = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
      Files.delete(store);
      TestIdentity made =
          new TestIdentity(folder.resolve(name + ".crt"), folder.resolve(name + ".key"));
      Files.writeString(
          made.certificate, pem("CERTIFICATE", read.getCertificate("it").getEncoded()));
      Files.writeString(
          made.key, pem("PRIVATE KEY", read.getKey("it", PASSWORD.toCharArray()).getEncoded()));
      return made;
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(name, e);
    }
  }

  private static void keytool(Path store, String name, String algorithm) throws IOException {
    String home = System.getProperty("java.home");
    Process keytool =
        new ProcessBuilder(
                home + "/bin/keytool",
                "-genkeypair",
                "-alias",
                "it",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes());
    try {
      if (keytool.waitFor() != 0) {
        throw new IOException("keytool: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static String pem(String type, byte[] der) {
    String end = " " + type + "-----\n";
    return "-----BEGIN" + end + LINES.encodeToString(der) + "\n-----END" + end;
  }
}
