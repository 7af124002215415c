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
 * All connections, with bounds for their number and their memory. A new connection is always
 * accepted. If there are too many, an old connection is closed instead. So a probe gets its turn
 * even if any number of clients keep their connections open, and even if all of them use the
 * probe's own address. Only the thread of the loop uses it.
 */
final class ConnectionTable {
  /**
   * Time after which a silent TLS client counts as stalled. A real client continues its handshake
   * earlier.
   */
  private static final long HANDSHAKE_NANOS = 500_000_000;

  private final int most;
  private final int mostOfOne;
  private final int mostTls;
  private final long heaviest;
  private final Set<Peer> peers = new LinkedHashSet<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private int tls;

  /**
   * Creates an empty set of connections.
   *
   * @param most the maximum number of connections
   * @param mostOfOne the maximum number of connections of one address
   * @param mostTls the maximum number of TLS connections
   * @param heaviest the approximate maximum memory of all connections, in bytes
   */
  ConnectionTable(int most, int mostOfOne, int mostTls, long heaviest) {
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

  /** Marks a connection as a TLS connection. */
  void speaks(Peer peer, PeerTls engine) {
    peer.tls = engine;
    tls++;
  }

  boolean fullOfTls() {
    return tls >= mostTls;
  }

  /**
   * Returns the TLS connection that has been silent the longest, or null if none has stalled yet.
   */
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

  /** Returns the connection to close because this one is new or needs more memory, or null. */
  @Nullable Peer tooMany(Peer peer) {
    long now = System.nanoTime();
    if (counts.getOrDefault(peer.neighbourhood, 0) > mostOfOne) {
      return worst(each -> each.neighbourhood.equals(peer.neighbourhood), each -> each.age(now));
    }
    return peers.size() > most ? oldest() : null;
  }

  /** Returns the oldest connection that may be closed. */
  @Nullable Peer oldest() {
    long now = System.nanoTime();
    return worst(each -> true, each -> each.age(now));
  }

  /**
   * Returns the connection to close because all together use too much memory, or null. It is the
   * one with the highest product of memory and age.
   */
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

  /**
   * Returns the connection with the highest measure. It skips connections whose response is being
   * made.
   */
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
