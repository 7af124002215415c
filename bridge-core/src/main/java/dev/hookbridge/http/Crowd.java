package dev.hookbridge.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * All connections, a bounded number and weight of them. Who comes is let in: it is one of those
 * that have been there for long who goes, so that a probe has its turn beside any number of clients
 * that hold what they have, even where all come from the probe's own address. The loop's thread
 * only.
 */
final class Crowd {
  /** A client that means it has gone on with its handshake by then. */
  private static final long HANDSHAKE_NANOS = 500_000_000;

  private final int most;
  private final int mostOfOne;
  private final int mostTls;
  private final long heaviest;
  private final Set<Peer> peers = new LinkedHashSet<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private int tls;

  /**
   * @param most connections
   * @param mostOfOne connections of one address
   * @param mostTls connections that speak TLS
   * @param heaviest bytes that all of them hold, about
   */
  Crowd(int most, int mostOfOne, int mostTls, long heaviest) {
    this.most = most;
    this.mostOfOne = mostOfOne;
    this.mostTls = mostTls;
    this.heaviest = heaviest;
  }

  void add(Peer peer) {
    if (peers.add(peer)) {
      counts.merge(peer.neighbourhood, 1, Integer::sum);
    }
  }

  void remove(Peer peer) {
    if (peers.remove(peer)) {
      tls -= peer.tls == null ? 0 : 1;
      counts.computeIfPresent(peer.neighbourhood, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** From now on it speaks TLS. */
  void speaks(Peer peer, PeerTls engine) {
    peer.tls = engine;
    tls++;
  }

  boolean fullOfTls() {
    return tls >= mostTls;
  }

  /** Who speaks TLS and has kept us waiting for longest; null when all have just come. */
  @Nullable Peer stalled() {
    long now = System.nanoTime();
    return worst(
        each -> each.tls != null && each.idle(now) > HANDSHAKE_NANOS, each -> each.idle(now));
  }

  boolean isEmpty() {
    return peers.isEmpty();
  }

  List<Peer> all() {
    return new ArrayList<>(peers);
  }

  /** Who has to go for this one, who is new or was given more to hold; null when nobody has. */
  @Nullable Peer tooMany(Peer peer) {
    long now = System.nanoTime();
    if (counts.getOrDefault(peer.neighbourhood, 0) > mostOfOne) {
      return worst(each -> each.neighbourhood.equals(peer.neighbourhood), each -> each.age(now));
    }
    return peers.size() > most ? oldest() : null;
  }

  /** Who has been there longest, of those who may go. */
  @Nullable Peer oldest() {
    long now = System.nanoTime();
    return worst(each -> true, each -> each.age(now));
  }

  /** Who has to go since all hold too much: who holds much, and for long. */
  @Nullable Peer tooHeavy() {
    long now = System.nanoTime();
    long all = 0;
    for (Peer peer : peers) {
      all += peer.weight();
    }
    return all > heaviest
        ? worst(each -> true, each -> (double) each.age(now) * each.weight())
        : null;
  }

  /** Nobody for whom we work: his answer is under way. */
  private @Nullable Peer worst(Predicate<Peer> among, ToDoubleFunction<Peer> measure) {
    Peer worst = null;
    double worth = -1;
    for (Peer peer : peers) {
      if (peer.state() != Peer.State.WORKING && among.test(peer)) {
        double value = measure.applyAsDouble(peer);
        if (value > worth) {
          worst = peer;
          worth = value;
        }
      }
    }
    return worst;
  }
}
