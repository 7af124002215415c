package dev.hookbridge.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;

/**
 * TLS for all connections of a loop. A bounded number of connections may use TLS at a time; a
 * stalled one is closed for the next. The loop's thread calls it. Workers run the slow parts of a
 * handshake.
 */
final class Handshakes {
  private final SSLContext context;
  private final ConnectionTable crowd;
  private final HttpLoop loop;
  private final Executor workers;
  private final ByteBuffer plain = ByteBuffer.allocate(PeerTls.MOST_HELD);

  /** The connections that wait for a free place to begin their handshake, the newest first. */
  private final Deque<Peer> waiting = new ArrayDeque<>();

  Handshakes(SSLContext context, ConnectionTable crowd, HttpLoop loop, Executor workers) {
    this.context = context;
    this.crowd = crowd;
    this.loop = loop;
    this.workers = workers;
  }

  /** Decrypts the data that a connection has sent so far. */
  void decrypt(Peer peer) throws IOException {
    PeerTls tls = peer.tls;
    if (tls == null) {
      if (!PeerTls.begins(peer.raw, peer.raws)) {
        return;
      }
      if (!room()) {
        peer.interest(0);
        waiting.push(peer);
        return;
      }
      tls = new PeerTls(context);
      crowd.speaks(peer, tls);
    }
    ByteBuffer in = ByteBuffer.wrap(peer.raw, 0, peer.raws);
    plain.clear();
    PeerTls.Next next = tls.take(in, plain, peer.out);
    peer.used(in.position());
    if (next == PeerTls.Next.WORK) {
      work(peer, tls);
    } else if (peer.keepHead(plain.flip())) {
      loop.serve(peer);
    } else {
      peer.flush();
    }
  }

  private boolean room() {
    if (!crowd.fullOfTls()) {
      return true;
    }
    Peer going = crowd.stalled();
    if (going != null) {
      loop.forget(going);
    }
    return going != null;
  }

  /** Returns whether a connection waits for a free place. */
  boolean isWaiting() {
    return !waiting.isEmpty();
  }

  /** Starts the handshakes of waiting connections for which there is a place. */
  void admit() {
    while (!waiting.isEmpty() && room()) {
      Peer next = waiting.pop();
      if (next.channel.isOpen()) {
        next.interest(SelectionKey.OP_READ);
        loop.readable(next);
      }
    }
  }

  private void work(Peer peer, PeerTls tls) {
    peer.enter(Peer.State.WORKING);
    peer.interest(0);
    Runnable work = tls.work();
    workers.execute(
        () -> {
          work.run();
          loop.later(() -> goOn(peer));
        });
  }

  private void goOn(Peer peer) {
    peer.enter(Peer.State.HEAD);
    try {
      decrypt(peer);
    } catch (IOException | RuntimeException e) {
      loop.forget(peer);
    }
  }
}
