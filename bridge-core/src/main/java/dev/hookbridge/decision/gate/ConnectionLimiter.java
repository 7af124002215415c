package dev.hookbridge.decision.gate;

import dev.hookbridge.decision.rule.DecisionMeters;
import dev.hookbridge.decision.rule.DecisionMeters.Refused;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The open connections of the gate and their bounds. It limits the number of connections, the
 * number that may wait for deciders, and the memory of all requests. Only the gate thread may use
 * it, except {@link #waiting}, which is safe for any thread.
 */
public final class ConnectionLimiter {
  /** The maximum number of calls that wait for a decision. */
  public static final int MOST_WAITING = 64;

  private static final int MOST = 512;

  private final AtomicLong memory;
  private final DecisionMeters meters;
  private final List<GateConnection> gateConnections = new ArrayList<>();
  private volatile int waiting;

  /**
   * Creates a limiter without connections.
   *
   * @param memory the maximum size of all requests together, in bytes
   */
  public ConnectionLimiter(long memory, DecisionMeters meters) {
    this.memory = new AtomicLong(memory);
    this.meters = meters;
  }

  /** Returns the number of calls that wait for a decision. */
  public int waiting() {
    return waiting;
  }

  boolean isFull() {
    return gateConnections.size() >= MOST;
  }

  /**
   * Adds a connection. If all waiting places are taken, the defaults of its rules decide the call.
   */
  GateConnection enter(SocketChannel socket) {
    GateConnection gateConnection =
        new GateConnection(socket, memory, System.nanoTime(), waiting < MOST_WAITING);
    gateConnections.add(gateConnection);
    count();
    return gateConnection;
  }

  /** Closes a connection without an answer and counts the reason, unless it is already closed. */
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

  /** Returns a copy of the list of open connections. */
  List<GateConnection> gateConnections() {
    return List.copyOf(gateConnections);
  }
}
