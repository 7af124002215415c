package dev.hookbridge.decision.gate;

import dev.hookbridge.decision.rule.DecisionMeters;
import dev.hookbridge.decision.rule.DecisionMeters.Refused;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Who is at the gate, within bounds: how many there may be, how many of them may wait for deciders,
 * and what all their asks may take. For the gate's thread, {@link #waiting} for any.
 */
public final class ConnectionLimiter {
  public static final int MOST_WAITING = 64;
  private static final int MOST = 512;

  private final AtomicLong memory;
  private final DecisionMeters meters;
  private final List<GateConnection> gateConnections = new ArrayList<>();
  private volatile int waiting;

  /**
   * @param memory what all asks together may take, in bytes
   */
  public ConnectionLimiter(long memory, DecisionMeters meters) {
    this.memory = new AtomicLong(memory);
    this.meters = meters;
  }

  public int waiting() {
    return waiting;
  }

  boolean isFull() {
    return gateConnections.size() >= MOST;
  }

  /** Somebody came; who finds no place to wait is decided by his defaults. */
  GateConnection enter(SocketChannel socket) {
    GateConnection gateConnection =
        new GateConnection(socket, memory, System.nanoTime(), waiting < MOST_WAITING);
    gateConnections.add(gateConnection);
    count();
    return gateConnection;
  }

  /** Somebody has to go without an answer, unless he is gone. */
  void leave(GateConnection gateConnection, Refused why) {
    if (!gateConnection.closed()) {
      meters.refused(why);
      leave(gateConnection);
    }
  }

  void leave(GateConnection gateConnection) {
    gateConnection.close();
    gateConnection.release();
    gateConnections.remove(gateConnection);
    count();
  }

  private void count() {
    waiting = (int) gateConnections.stream().filter(GateConnection::waits).count();
  }

  /** Those who are here now. */
  List<GateConnection> gateConnections() {
    return List.copyOf(gateConnections);
  }
}
