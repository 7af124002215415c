package dev.hookbridge.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * A client for the HTTP server of the agent on this host, for commands that look at a running
 * agent. While the agent is down, any program may listen on its port. So the client sends the
 * password only to a program of the agent's user, or over TLS to a server that has the key of the
 * configured certificate.
 */
public final class AgentClient {
  /**
   * Maximum size of a response, far more than an agent sends. While the agent is down, any program
   * may listen on its port.
   */
  private static final int MOST_BYTES = 16 << 20;

  private final Endpoint endpoint;
  private final Duration patience;
  private final int owner;

  /**
   * Creates a client.
   *
   * @param patience the timeout for the connection, and again for each read
   * @param owner the user id of the agent
   */
  public AgentClient(Endpoint endpoint, Duration patience, int owner) {
    this.endpoint = endpoint;
    this.patience = patience;
    this.owner = owner;
  }

  /** Creates a client for an agent that runs as the current user. */
  public static AgentClient ofThisUser(Endpoint endpoint, Duration patience) throws IOException {
    int self = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    return new AgentClient(endpoint, patience, self);
  }

  /**
   * Returns whether another user's program has the agent's port. In that case the password was not
   * sent.
   */
  public static boolean isImpostor(Exception e) {
    return e instanceof PortOwner.Impostor;
  }

  /** A response with any status. */
  public record Answer(int status, String body) {}

  /**
   * Sends a GET request. A response longer than 16 MiB is cut.
   *
   * @param path the path, with its leading slash
   * @throws IOException if no server answers, or if another user's program listens
   */
  public Answer get(String path) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri(path).toURL().openConnection();
    connection.setConnectTimeout((int) patience.toMillis());
    connection.setReadTimeout((int) patience.toMillis());
    connection.setInstanceFollowRedirects(false);
    if (connection instanceof HttpsURLConnection https) {
      // Only the configured certificate is trusted, so its name does not matter.
      https.setSSLSocketFactory(trusting(endpoint.tls().orElseThrow()));
      https.setHostnameVerifier((host, session) -> true);
    }
    boolean secret = endpoint.basic().isPresent();
    endpoint.basic().ifPresent(basic -> connection.setRequestProperty("Authorization", of(basic)));
    try {
      if (secret && endpoint.tls().isEmpty()) {
        PortOwner.require(owner, asked());
        connection.connect(); // this sends nothing yet
        PortOwner.require(owner, asked()); // the owner must be the same after the connect
      }
      int status = connection.getResponseCode();
      try (InputStream body =
          status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
        byte[] bytes = body == null ? new byte[0] : body.readNBytes(MOST_BYTES);
        return new Answer(status, new String(bytes, StandardCharsets.UTF_8));
      }
    } finally {
      connection.disconnect();
    }
  }

  /** Returns the address to connect to. It is loopback if the server listens on every address. */
  private InetSocketAddress asked() {
    InetSocketAddress address = endpoint.address();
    InetAddress host = address.getAddress();
    boolean any = host != null && host.isAnyLocalAddress();
    return any
        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort())
        : address;
  }

  private URI uri(String path) throws IOException {
    InetSocketAddress address = asked();
    boolean loopback = address.getAddress() != null && address.getAddress().isLoopbackAddress();
    String name = loopback ? address.getAddress().getHostAddress() : address.getHostString();
    try {
      return new URI(endpoint.scheme(), null, name, address.getPort(), path, null, null);
    } catch (URISyntaxException e) {
      throw new IOException("no address to ask: " + e.getMessage(), e);
    }
  }

  private static String of(Endpoint.Basic basic) {
    return "Basic " + Base64.getEncoder().encodeToString(basic.pair());
  }

  private static SSLSocketFactory trusting(Endpoint.Tls tls) throws IOException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry("agent", PemKeyStore.chain(tls.certificate())[0]);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IOException(tls.certificate() + " cannot be used (" + e.getMessage() + ")", e);
    }
  }
}
