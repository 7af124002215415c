package dev.hookbridge.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Many clients who do a little every second, and come again when they are cut off. */
public final class SlowClients implements AutoCloseable {
  /** What each of them does. */
  public enum Kind {
    SILENT,
    BYTE_A_SECOND,
    READS_A_BYTE_A_SECOND,
    FIRST_RECORD_ONLY,
    ENDLESS_HEAD
  }

  /** So many beats a second, in each of which an equal share of the clients does something. */
  private static final int SHARES = 4;

  private final ScheduledExecutorService beat = Executors.newSingleThreadScheduledExecutor();
  private final InetSocketAddress server;
  private final Kind kind;
  private final byte[] hello;
  private final List<Socket> sockets = new ArrayList<>();
  private volatile int beats;

  /** Connects all of them. */
  public SlowClients(InetSocketAddress server, Kind kind, int count) throws Exception {
    this.server = server;
    this.kind = kind;
    this.hello = kind == Kind.FIRST_RECORD_ONLY ? hello() : new byte[0];
    for (int i = 0; i < count; i++) {
      sockets.add(connect());
    }
  }

  /** From now on each does its little every second. */
  void start() {
    beat.scheduleAtFixedRate(this::go, 0, 1_000 / SHARES, TimeUnit.MILLISECONDS);
  }

  private static byte[] hello() throws Exception {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), record);
    byte[] bytes = new byte[record.flip().remaining()];
    record.get(bytes);
    return bytes;
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4 << 10);
    socket.connect(server);
    byte[] first =
        switch (kind) {
          case SILENT -> new byte[0];
          case BYTE_A_SECOND -> new byte[] {'G'};
          case READS_A_BYTE_A_SECOND -> ascii("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
          case FIRST_RECORD_ONLY -> hello;
          case ENDLESS_HEAD -> ascii("GET / HTTP/1.1\r\nX: " + "x".repeat(7_000));
        };
    try {
      socket.getOutputStream().write(first);
    } catch (IOException e) {
      return socket; // it is let go already, and comes again
    }
    return socket;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void go() {
    for (int i = beats % SHARES; i < sockets.size() && !beat.isShutdown(); i += SHARES) {
      try {
        one(sockets.get(i), beats / SHARES + i);
      } catch (IOException e) {
        again(i);
      }
    }
    beats++;
  }

  /** How often a share of them has done something. */
  int beats() {
    return beats;
  }

  private void one(Socket socket, int turn) throws IOException {
    if (kind == Kind.READS_A_BYTE_A_SECOND) {
      if (socket.getInputStream().available() > 0) {
        socket.getInputStream().read();
      } else if (turn % 15 == 0) {
        throw new IOException("again");
      }
    } else if (kind != Kind.SILENT && kind != Kind.FIRST_RECORD_ONLY) {
      socket.getOutputStream().write('x');
    } else if (turn % 30 == 0) {
      throw new IOException("again");
    }
  }

  private void again(int i) {
    try {
      sockets.get(i).close();
      sockets.set(i, connect());
    } catch (IOException e) {
      return; // the next time
    }
  }

  @Override
  public void close() {
    beat.shutdownNow();
    for (Socket socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        continue; // it is gone
      }
    }
  }
}
