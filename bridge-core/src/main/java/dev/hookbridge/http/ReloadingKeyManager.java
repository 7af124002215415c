package dev.hookbridge.http;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each handshake the identity that the files contain now, so a renewed certificate needs no
 * restart. While the files cannot be used, or only one of the two is new, the previous identity
 * stays in use.
 */
final class ReloadingKeyManager extends X509ExtendedKeyManager {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadingKeyManager.class);

  private final Endpoint.Tls files;
  private List<FileTime> times;
  private int generation;
  private String problem = "";

  /** The previous identity, for handshakes that began with it. */
  private X509ExtendedKeyManager last;

  private X509ExtendedKeyManager current;

  ReloadingKeyManager(Endpoint.Tls files) throws IOException {
    this.files = files;
    this.times = times();
    this.current = PemKeyStore.load(files, alias());
    this.last = current;
  }

  private String alias() {
    return "generation-" + generation;
  }

  private List<FileTime> times() throws IOException {
    return List.of(time(files.certificate()), time(files.key()));
  }

  private static FileTime time(Path file) throws IOException {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new IOException(file + " cannot be read: make it, readable for the agent's user", e);
    }
  }

  private synchronized X509ExtendedKeyManager fresh() {
    try {
      List<FileTime> now = times();
      if (!now.equals(times)) {
        times = now; // whatever the result, the same files are not read twice
        generation++;
        X509ExtendedKeyManager read = PemKeyStore.load(files, alias());
        last = current;
        current = read;
        problem = "";
        LOG.info("the certificate in {} was read anew", files.certificate());
      }
    } catch (IOException e) {
      trouble(String.valueOf(e.getMessage()));
    }
    return current;
  }

  private void trouble(String what) {
    if (!what.equals(problem)) {
      LOG.warn("{}; the certificate before is used meanwhile", what);
    }
    problem = what;
  }

  private synchronized X509ExtendedKeyManager having(String alias) {
    return current.getPrivateKey(alias) == null ? last : current;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return fresh().chooseEngineServerAlias(keyType, issuers, engine);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, Socket socket) {
    return fresh().chooseServerAlias(keyType, issuers, socket);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return having(alias).getCertificateChain(alias);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return having(alias).getPrivateKey(alias);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return fresh().getServerAliases(keyType, issuers);
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null; // this is a server
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, Socket socket) {
    return null;
  }
}
