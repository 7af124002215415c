package dev.hookbridge.amqp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;

/** Speaks TLS to a client and plainly to a broker; can stop listening to the client. */
final class TlsProxy implements AutoCloseable {
  static final String PASSWORD = "changeit";
  private final SSLServerSocket server;
  private final URI broker;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean deaf;

  /**
   * @param identity a PKCS12 file with the server's key
   * @param clients a PKCS12 file with the certificates clients must show, or null
   */
  TlsProxy(String broker, Path identity, Path clients) throws Exception {
    this.broker = URI.create(broker);
    char[] password = PASSWORD.toCharArray();
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(KeyStore.getInstance(identity.toFile(), password), password);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(
        clients == null ? (KeyStore) null : KeyStore.getInstance(clients.toFile(), password));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
    server.setNeedClientAuth(clients != null);
    thread(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** From now on nothing is read from clients, so that their writes block. */
  void turnDeaf() {
    deaf = true;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket to = new Socket(broker.getHost(), broker.getPort());
        sockets.add(client);
        sockets.add(to);
        thread(() -> pump(client, to, true));
        thread(() -> pump(to, client, false));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void pump(Socket from, Socket to, boolean fromClient) {
    byte[] buffer = new byte[8192];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
        if (fromClient && deaf) {
          closed.await();
        }
      }
    } catch (IOException | InterruptedException e) {
      // one side has gone, and the other goes with it
    }
  }

  private static void thread(Runnable work) {
    Thread thread = new Thread(work, "tls-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
