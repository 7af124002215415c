package dev.hookbridge.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/** Reads a certificate and its key from PEM files. It uses only the JDK. */
final class PemKeyStore {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([^-]*)-----END");
  private static final int MOST_BYTES = 1 << 20;

  private PemKeyStore() {}

  /**
   * Returns a key manager with this one identity.
   *
   * @param alias the alias of the identity
   * @throws IOException if a file cannot be used; the message is one sentence that names the file
   *     and the remedy
   */
  static X509ExtendedKeyManager load(Endpoint.Tls files, String alias) throws IOException {
    Certificate[] chain = chain(files.certificate());
    PrivateKey key = key(files.key(), chain[0].getPublicKey());
    try {
      if (!belongs(key, chain[0].getPublicKey())) {
        throw new IOException(
            files.key() + " is not the key of " + files.certificate() + ": name the right one");
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      char[] none = {};
      store.load(null, none);
      store.setKeyEntry(alias, key, none, chain);
      KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
      factory.init(store, none);
      for (KeyManager manager : factory.getKeyManagers()) {
        if (manager instanceof X509ExtendedKeyManager extended) {
          return extended;
        }
      }
      throw new IOException("this Java has no key manager for certificates: use another");
    } catch (GeneralSecurityException e) {
      throw new IOException(files.key() + " cannot be used (" + e.getMessage() + ")", e);
    }
  }

  static Certificate[] chain(Path file) throws IOException {
    try {
      byte[] pem = read(file).getBytes(StandardCharsets.UTF_8);
      Certificate[] chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))
              .toArray(new Certificate[0]);
      if (chain.length > 0) {
        return chain;
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " holds no certificates in PEM: name such a file", e);
    }
    throw new IOException(file + " holds no certificate: name a file in PEM");
  }

  private static PrivateKey key(Path file, PublicKey of) throws IOException {
    Matcher block = BLOCK.matcher(read(file));
    if (!block.find()) {
      throw new IOException(file + " holds no private key: name a file in PEM");
    }
    if (!block.group(1).equals("PRIVATE KEY")) {
      throw new IOException(
          file
              + " holds an "
              + block.group(1)
              + ": convert it with 'openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW'");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(block.group(2));
      return KeyFactory.getInstance(of.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // The parser's own message may quote the key.
      throw new IOException(
          file + " is damaged or is not a key of the type " + of.getAlgorithm() + ": replace it");
    }
  }

  /**
   * Returns whether a key belongs to a certificate. Without this check a handshake with the wrong
   * key fails with an obscure message.
   */
  private static boolean belongs(PrivateKey key, PublicKey to) throws GeneralSecurityException {
    String algorithm =
        switch (to.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> to.getAlgorithm();
        };
    byte[] text = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(text);
    byte[] signed = signature.sign();
    signature.initVerify(to);
    signature.update(text);
    return signature.verify(signed);
  }

  private static String read(Path file) throws IOException {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new IOException(file + " has more than 1 MiB: name a file in PEM");
      }
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (java.nio.file.FileSystemException e) {
      throw new IOException(file + " cannot be read: make it, readable for the agent's user", e);
    }
  }
}
