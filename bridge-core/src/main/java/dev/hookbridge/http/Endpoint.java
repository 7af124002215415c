package dev.hookbridge.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * The address of the agent's HTTP server, and its access rules.
 *
 * @param address the address; port 0 means a free port
 * @param tls the certificate, or empty for plain HTTP
 * @param basic the password, or empty if everybody who can connect may read
 */
public record Endpoint(InetSocketAddress address, Optional<Tls> tls, Optional<Basic> basic) {
  /**
   * The files of the server's identity. They are read again when they change.
   *
   * @param certificate a PEM file with the server's own certificate first, then the certificates
   *     that signed it
   * @param key a PEM file with the private key, in PKCS #8 without a password
   */
  public record Tls(Path certificate, Path key) {}

  /**
   * HTTP basic authentication (RFC 7617) in UTF-8. {@link #toString} does not contain the password.
   */
  public record Basic(String user, String password) {
    /**
     * Compares credentials in constant time, so nobody can guess the password letter by letter.
     *
     * @param pair the received value, {@code user:password}
     */
    boolean is(byte[] pair) {
      return MessageDigest.isEqual(pair(), pair);
    }

    /** Returns the value that a client sends. */
    byte[] pair() {
      return (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      return "Basic[user=" + user + "]";
    }
  }

  /** Returns an endpoint with plain HTTP and without a password. */
  public static Endpoint open(InetSocketAddress address) {
    return new Endpoint(address, Optional.empty(), Optional.empty());
  }

  /** Returns {@code http} or {@code https}. */
  public String scheme() {
    return tls.isPresent() ? "https" : "http";
  }

  /**
   * Returns whether only programs on this host can connect. A name that cannot be resolved counts
   * as remote.
   */
  public boolean local() {
    InetAddress host = address.getAddress();
    return host != null && host.isLoopbackAddress();
  }
}
