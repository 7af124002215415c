package dev.hookbridge.observer.rpc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A read-only connection to a driver of a libvirt daemon. One thread uses it. While it waits, for a
 * reply or for events, it hands out the events in the order in which the daemon sent them.
 *
 * <p>The daemon must show life: after 5 s of silence it gets a ping, and after 30 s of silence the
 * connection counts as dead.
 */
public final class LibvirtConnection implements AutoCloseable {
  private static final int OPEN = 1;
  private static final int SUPPORTS_FEATURE = 60;
  private static final int AUTH_LIST = 66;
  private static final int AUTH_POLKIT = 70;
  private static final int NO_AUTHENTICATION = 0;
  private static final int POLKIT = 2;
  private static final int KEEPALIVE_FEATURE = 10;
  private static final int READ_ONLY = 1;
  private static final int PING = 1;
  private static final int PONG = 2;
  private static final Duration QUIET = Duration.ofSeconds(5);
  private static final Duration DEAD = Duration.ofSeconds(30);
  private static final int MOST_TEXT = 500;

  private final RpcSocket socket;
  private final Events events;
  private final long quiet;
  private final long dead;
  private int serial;
  private long heard = System.nanoTime();
  private long pinged = System.nanoTime();

  /** Receives the events of a connection, on the thread that uses it. It must not use it. */
  public interface Events {
    /**
     * Reports an event.
     *
     * @param procedure libvirt's number of the message
     * @throws MalformedMessageException if the body is not what libvirt sends; the connection then
     *     ends
     */
    void event(int procedure, XdrReader body) throws MalformedMessageException;

    /** Reports that an event was too large and was skipped. */
    void skipped(int procedure);
  }

  private LibvirtConnection(RpcSocket socket, Events events, Duration quiet, Duration dead) {
    this.socket = socket;
    this.events = events;
    this.quiet = quiet.toNanos();
    this.dead = dead.toNanos();
  }

  /**
   * Connects to a daemon's socket, without waiting for the daemon.
   *
   * @throws IOException if nobody listens there
   */
  public static LibvirtConnection connect(Path path, Events events) throws IOException {
    return connect(path, events, QUIET, DEAD);
  }

  static LibvirtConnection connect(Path path, Events events, Duration quiet, Duration dead)
      throws IOException {
    return new LibvirtConnection(RpcSocket.connect(path), events, quiet, dead);
  }

  /**
   * Opens a URI. Where the daemon demands it, which is the default, polkit decides whether this
   * process may; it asks nobody.
   *
   * @param patience the longest wait for each reply
   * @throws LibvirtErrorException if the daemon refuses the process or the URI
   * @throws IOException if the daemon does not answer in time
   */
  public void open(String uri, Duration patience) throws IOException {
    authenticate(patience);
    call(OPEN, new XdrWriter().optionalString(uri).number(READ_ONLY), patience);
    call(SUPPORTS_FEATURE, new XdrWriter().number(KEEPALIVE_FEATURE), patience);
  }

  private void authenticate(Duration patience) throws IOException {
    XdrReader types = call(AUTH_LIST, new XdrWriter(), patience);
    int type = types.count(Integer.BYTES) == 0 ? NO_AUTHENTICATION : types.number();
    if (type == POLKIT) {
      call(AUTH_POLKIT, new XdrWriter(), patience); // the daemon asks polkit about this process
    } else if (type != NO_AUTHENTICATION) {
      throw new IOException("it demands SASL on its read-only socket, which is not supported");
    }
  }

  /**
   * Calls a procedure and waits for its reply.
   *
   * @throws LibvirtErrorException if the daemon refuses the call
   * @throws NoReplyException if there is no reply in time. The connection can still be used
   * @throws IOException if the connection has ended
   */
  public XdrReader call(int procedure, XdrWriter arguments, Duration patience) throws IOException {
    long until = System.nanoTime() + patience.toNanos();
    serial++;
    socket.send(Message.call(procedure, serial, arguments.bytes()), until);
    while (true) {
      Message message = next(until);
      if (message == null) {
        throw new NoReplyException("it did not answer within " + patience.toMillis() + " ms");
      }
      if (message.answers(serial)) {
        return reply(message);
      }
    }
  }

  /**
   * Hands out events for some time.
   *
   * @throws IOException if the connection has ended
   */
  public void listen(Duration time) throws IOException {
    long until = System.nanoTime() + time.toNanos();
    while (next(until) != null) {
      if (System.nanoTime() - until >= 0) {
        return; // a daemon that never pauses must not keep the caller here
      }
    }
  }

  /** Returns when the daemon last sent anything. */
  public Instant lastHeard() {
    return Instant.now().minusNanos(System.nanoTime() - heard);
  }

  /** Returns the next message after it was handled, or null if there is none in time. */
  private @Nullable Message next(long until) throws IOException {
    while (true) {
      long now = System.nanoTime();
      long check = Math.min(until - now, Math.max(0, Math.max(heard, pinged) + quiet - now));
      Message message = socket.receive(now + check);
      if (message != null) {
        heard = System.nanoTime();
        handle(message);
        return message;
      }
      keepAlive();
      if (System.nanoTime() - until >= 0) {
        return null;
      }
    }
  }

  private void handle(Message message) throws IOException {
    if (message.program() == Message.KEEPALIVE) {
      if (message.procedure() == PING) {
        socket.send(Message.keepalive(PONG), heard + quiet);
      }
    } else if (message.program() == Message.REMOTE && message.type() == Message.EVENT) {
      if (message.whole()) {
        events.event(message.procedure(), new XdrReader(message.body()));
      } else {
        events.skipped(message.procedure());
      }
    }
  }

  private void keepAlive() throws IOException {
    long now = System.nanoTime();
    if (now - heard > dead) {
      throw new SilentDaemonException("it has been silent for " + dead / 1_000_000_000 + " s");
    }
    if (now - heard >= quiet && now - pinged >= quiet) {
      pinged = now;
      socket.send(Message.keepalive(PING), now + quiet);
    }
  }

  private static XdrReader reply(Message message) throws IOException {
    if (!message.whole()) {
      throw new MalformedMessageException("a reply is larger than 4 MiB");
    }
    XdrReader body = new XdrReader(message.body());
    if (message.status() == Message.OK) {
      return body;
    }
    int code = body.number();
    body.number(); // the part of libvirt that reports the error
    byte[] text = body.optionalString();
    String said = text == null ? "" : new String(text, StandardCharsets.UTF_8);
    throw new LibvirtErrorException(code, said.substring(0, Math.min(said.length(), MOST_TEXT)));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
