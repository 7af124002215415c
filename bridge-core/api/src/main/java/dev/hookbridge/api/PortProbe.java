package dev.hookbridge.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/**
 * Finds out what listens at an address, for the message about a failed connection. A transport uses
 * it only after a failure. It sends the first bytes of a few protocols, and no name, password or
 * event.
 *
 * @param host the host name as it was written
 * @param protocol the protocol that was found
 * @param tls whether the server uses TLS
 * @param login whether a Kafka broker requires a login before anything else
 */
public record PortProbe(String host, int port, Protocol protocol, boolean tls, boolean login) {
  private static final int PATIENCE_MS = 2_000;
  private static final int STEP_MS = 450;
  private static final int MOST = 3;
  private static final long NO_FURTHER = 1_500_000_000;

  /** The protocol that is spoken at an address. */
  public enum Protocol {
    /** The name cannot be resolved. */
    NAMELESS,
    /** Connections are refused. */
    NOBODY,
    /**
     * No connection is established in time, or the server sends nothing and keeps the connection
     * open.
     */
    SILENT,
    AMQP,
    KAFKA,
    HTTP,
    /** Another protocol, or a protocol inside TLS that requires a client certificate first. */
    UNKNOWN
  }

  /**
   * Tests the first three addresses of a list. Starts no further test after 1.5 s.
   *
   * @param addresses the addresses, which need not be resolved
   */
  public static List<PortProbe> at(List<InetSocketAddress> addresses) {
    List<PortProbe> found = new ArrayList<>();
    long begun = System.nanoTime();
    for (InetSocketAddress address : addresses.subList(0, Math.min(MOST, addresses.size()))) {
      if (System.nanoTime() - begun < NO_FURTHER) {
        found.add(at(address.getHostString(), address.getPort()));
      }
    }
    return found;
  }

  /** Tests one address, for at most about 2 s. Never throws. */
  public static PortProbe at(String host, int port) {
    FutureTask<PortProbe> looking = new FutureTask<>(() -> new Look(host, port).find());
    Thread thread = new Thread(looking, "who-listens");
    thread.setDaemon(true); // a slow name server must not block the exit
    thread.start();
    try {
      return looking.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      looking.cancel(true);
    }
    return new PortProbe(host, port, Protocol.SILENT, false, false);
  }

  /**
   * Returns the problem that does not depend on the expected protocol, as one sentence. Empty for
   * the protocols of brokers, and for an unknown protocol inside TLS.
   */
  public String plainly() {
    String where = host + ":" + port;
    return switch (protocol) {
      case NAMELESS ->
          "the name "
              + host
              + " cannot be resolved: look at its spelling and at this host's resolver";
      case NOBODY ->
          "nothing listens at " + where + ": look at host and port, and whether the broker runs";
      case SILENT -> where + " does not answer: look at host and port, and at firewalls between";
      case HTTP ->
          where + " speaks HTTP" + (tls ? " over TLS" : "") + ", and is not the port of a broker";
      case UNKNOWN ->
          tls ? "" : "what listens at " + where + " is not a broker: look at host and port";
      case AMQP, KAFKA -> "";
    };
  }

  /**
   * The steps of a test. Each step has its own connection, because most servers close it after a
   * wrong message.
   */
  private static final class Look {
    private static final byte[] AMQP = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};
    private static final byte[] HTTP = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /**
     * ApiVersions version 0, which a broker answers before any login: correlation id 7, no client
     * id.
     */
    private static final byte[] KAFKA = {0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, -1, -1};

    /**
     * Metadata version 0 for the topic {@code -}, which a broker that requires a login does not
     * answer.
     */
    private static final byte[] KAFKA_METADATA = {
      0, 0, 0, 17, 0, 3, 0, 0, 0, 0, 0, 8, -1, -1, 0, 0, 0, 1, 0, 1, '-'
    };

    /** The beginning of a TLS 1.2 ClientHello, as any client sends it. */
    private static final byte[] TLS = hello();

    private final String host;
    private final int port;
    private boolean heard;

    Look(String host, int port) {
      this.host = host;
      this.port = port;
    }

    private PortProbe found(Protocol protocol, boolean tls, boolean login) {
      boolean silent = protocol == Protocol.UNKNOWN && !heard;
      return new PortProbe(host, port, silent ? Protocol.SILENT : protocol, tls, login);
    }

    PortProbe find() {
      try {
        InetAddress.getByName(host);
        byte[] first = say(plain(), TLS);
        if (first.length > 1 && (first[0] == 22 || first[0] == 21) && first[1] == 3) {
          return inside(true);
        }
        Protocol spoken = protocol(first);
        boolean reported = first.length > 0; // it speaks first, or reports an error
        return reported ? found(spoken, false, false) : inside(false);
      } catch (UnknownHostException e) {
        return found(Protocol.NAMELESS, false, false);
      } catch (ConnectException e) {
        boolean refused = String.valueOf(e.getMessage()).contains("refused");
        return found(refused ? Protocol.NOBODY : Protocol.SILENT, false, false);
      } catch (IOException e) {
        return found(Protocol.SILENT, false, false);
      }
    }

    private PortProbe inside(boolean tls) throws IOException {
      try {
        Socket kafka = tls ? secure() : plain();
        byte[] answer = say(kafka, KAFKA);
        if (answer.length >= 8 && answer[4] == 0 && answer[5] == 0 && answer[7] == 7) {
          return found(Protocol.KAFKA, tls, wantsLogin(tls));
        }
        Protocol spoken = protocol(answer);
        for (byte[] words : new byte[][] {AMQP, HTTP}) {
          if (spoken == Protocol.UNKNOWN) {
            spoken = protocol(say(tls ? secure() : plain(), words));
          }
        }
        return found(spoken, tls, false);
      } catch (GeneralSecurityException e) {
        return found(Protocol.UNKNOWN, tls, false);
      } catch (IOException e) {
        if (tls) {
          return found(Protocol.UNKNOWN, true, false); // it requires a client certificate
        }
        throw e;
      }
    }

    private boolean wantsLogin(boolean tls) throws IOException, GeneralSecurityException {
      return say(tls ? secure() : plain(), KAFKA_METADATA).length == 0;
    }

    private static Protocol protocol(byte[] answer) {
      String text = new String(answer, StandardCharsets.ISO_8859_1);
      if (text.startsWith("AMQP")
          || (answer.length > 7 && answer[0] == 1 && text.contains("product"))) {
        return Protocol.AMQP;
      }
      return text.startsWith("HTTP/") ? Protocol.HTTP : Protocol.UNKNOWN;
    }

    private Socket plain() throws IOException {
      Socket socket = new Socket();
      socket.connect(new InetSocketAddress(host, port), STEP_MS);
      socket.setSoTimeout(STEP_MS);
      return socket;
    }

    /**
     * Opens a TLS connection that accepts any certificate, because it only detects the protocol.
     */
    private Socket secure() throws IOException, GeneralSecurityException {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new AnyCertificate()}, null);
      SSLSocket socket =
          (SSLSocket) context.getSocketFactory().createSocket(plain(), host, port, true);
      socket.startHandshake();
      return socket;
    }

    /** Sends bytes. Returns the beginning of the answer; empty when there is none. */
    private byte[] say(Socket socket, byte[] words) {
      try (socket) {
        socket.getOutputStream().write(words);
        socket.getOutputStream().flush();
        InputStream in = socket.getInputStream();
        byte[] answer = new byte[256];
        int read = in.read(answer);
        heard = true;
        return Arrays.copyOf(answer, Math.max(0, read));
      } catch (SocketTimeoutException e) {
        return new byte[0];
      } catch (IOException e) {
        heard = true; // the connection was reset
        return new byte[0];
      }
    }

    private static byte[] hello() {
      byte[] suites = {(byte) 0xc0, 0x2f, (byte) 0xc0, 0x2b, 0x00, (byte) 0x9c, 0x00, 0x2f};
      byte[] hello = new byte[5 + 4 + 2 + 32 + 1 + 2 + suites.length + 2];
      byte[] head = {22, 3, 1, 0, (byte) (hello.length - 5), 1, 0, 0, (byte) (hello.length - 9)};
      System.arraycopy(head, 0, hello, 0, head.length);
      hello[9] = 3;
      hello[10] = 3;
      hello[45] = (byte) suites.length;
      System.arraycopy(suites, 0, hello, 46, suites.length);
      hello[46 + suites.length] = 1; // one compression method: none
      return hello;
    }
  }
}
