package dev.hookbridge.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Where the agent's HTTP server listens, and whom it lets in.
 *
 * @param address port 0 means a free one
 * @param tls empty for plain HTTP
 * @param basic empty when everybody who reaches the address may read
 */
public record Endpoint(InetSocketAddress address, Optional<Tls> tls, Optional<Basic> basic) {
  /**
   * Files of the server's identity, read again when they change.
   *
   * @param certificate PEM, the server's own certificate first, then those that signed it
   * @param key PEM, its private key in PKCS #8 without a password
   */
  public record Tls(Path certificate, Path key) {}

  /** HTTP's basic authentication (RFC 7617), UTF-8. The password is in no text of it. */
  public record Basic(String user, String password) {
    /**
     * Takes the same time whatever is wrong, so that nobody can guess letter by letter.
     *
     * @param pair as it comes, {@code user:password}
     */
    boolean is(byte[] pair) {
      return MessageDigest.isEqual(pair(), pair);
    }

    /** As it is sent. */
    byte[] pair() {
      return (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      return "Basic[user=" + user + "]";
    }
  }

  /** Plain HTTP for everybody. */
  public static Endpoint open(InetSocketAddress address) {
    return new Endpoint(address, Optional.empty(), Optional.empty());
  }

  /** {@code http} or {@code https}. */
  public String scheme() {
    return tls.isPresent() ? "https" : "http";
  }

  /** Whether only programs on this host reach it; a name that is not known counts as remote. */
  public boolean local() {
    InetAddress host = address.getAddress();
    return host != null && host.isLoopbackAddress();
  }
}
