package dev.hookbridge.decision.gate;

import dev.hookbridge.decision.request.DeadlineQueue;
import dev.hookbridge.decision.request.PendingDecision;
import dev.hookbridge.decision.rule.Cause;
import dev.hookbridge.decision.rule.DecisionMeters;
import dev.hookbridge.decision.rule.DecisionMeters.Refused;
import dev.hookbridge.record.MalformedRecordException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the gate socket. It accepts connections, reads requests, writes answers, runs deadlines,
 * and writes the stamp that shows that the agent is alive. It never blocks on one of these tasks.
 *
 * <p>One thread, named {@code gate}. The other public methods are safe for any thread.
 */
public final class GateSocket implements Runnable, GateRequestHandler.Ways {
  private static final Logger LOG = LoggerFactory.getLogger(GateSocket.class);
  private static final long TICK = TimeUnit.SECONDS.toNanos(1);

  /**
   * Time limit for a request to arrive and for an answer to be read. A shim sends at once, so a
   * slow client is not a shim.
   */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(3);

  private final GateFolder folder;
  private final GateRequestHandler reception;
  private final DeadlineQueue clock;
  private final DecisionMeters meters;
  private final Selector selector;
  private final ServerSocketChannel server;
  private final ConnectionLimiter connectionLimiter;
  private final Queue<Runnable> errands = new ConcurrentLinkedQueue<>();
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(64 << 10);
  private volatile boolean stopping;

  public GateSocket(
      GateFolder folder,
      GateRequestHandler reception,
      DeadlineQueue clock,
      ConnectionLimiter connectionLimiter,
      DecisionMeters meters)
      throws IOException {
    this.folder = folder;
    this.reception = reception;
    this.clock = clock;
    this.connectionLimiter = connectionLimiter;
    this.meters = meters;
    this.selector = Selector.open();
    this.server = folder.listen();
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        turn();
      }
      goodbye();
    } finally {
      folder.leave();
      closeAll();
    }
  }

  private void turn() {
    try {
      folder.stampIfDue(TICK);
      long wait = clock.next(TICK);
      if (errands.isEmpty() && wait > 0) {
        selector.select(1 + wait / 1_000_000);
      } else {
        selector.selectNow();
      }
      for (SelectionKey key : selector.selectedKeys()) {
        serve(key);
      }
      selector.selectedKeys().clear();
      clock.run();
      runErrands();
    } catch (IOException | RuntimeException e) {
      LOG.error("unexpected failure at the gate, going on", e);
    }
  }

  private void serve(SelectionKey key) throws IOException {
    if (!key.isValid()) {
      return;
    }
    if (key.attachment() instanceof GateConnection gateConnection) {
      if (key.isReadable()) {
        read(key, gateConnection);
      } else if (key.isWritable()) {
        write(gateConnection);
      }
    } else {
      accept(key);
    }
  }

  private void accept(SelectionKey key) throws IOException {
    SocketChannel socket;
    try {
      socket = server.accept();
    } catch (IOException e) {
      // Out of file descriptors: new connections wait in the accept queue for a moment.
      key.interestOps(0);
      clock.at(System.nanoTime() + TICK / 10, () -> key.interestOps(SelectionKey.OP_ACCEPT));
      meters.refused(Refused.TOO_MANY);
      return;
    }
    if (socket == null) {
      return;
    }
    if (connectionLimiter.isFull()) {
      socket.close();
      meters.refused(Refused.TOO_MANY);
      return;
    }
    GateConnection gateConnection = connectionLimiter.enter(socket);
    socket.configureBlocking(false);
    SelectionKey reading = socket.register(selector, SelectionKey.OP_READ, gateConnection);
    clock.at(
        gateConnection.since() + PATIENCE,
        () -> {
          if (!gateConnection.heard()) {
            connectionLimiter.leave(gateConnection, Refused.SLOW);
          }
        });
    read(reading, gateConnection); // a shim sends as soon as it is connected
  }

  private void read(SelectionKey key, GateConnection gateConnection) {
    try {
      if (gateConnection.read(scratch)) {
        key.interestOps(0);
        reception.heard(gateConnection, this);
      }
    } catch (IOException e) {
      connectionLimiter.leave(gateConnection, Refused.VANISHED);
    } catch (GateConnection.Oversize e) {
      connectionLimiter.leave(gateConnection, Refused.OVERSIZE);
    } catch (MalformedRecordException e) {
      LOG.debug("a request is not a valid record: {}", e.getMessage());
      connectionLimiter.leave(gateConnection, Refused.DAMAGED);
    } catch (RuntimeException e) {
      LOG.error("an ask cannot be taken", e);
      connectionLimiter.leave(gateConnection, Refused.INTERNAL);
    }
  }

  private void write(GateConnection gateConnection) {
    try {
      if (gateConnection.write()) {
        connectionLimiter.leave(gateConnection);
      }
    } catch (IOException e) {
      connectionLimiter.leave(gateConnection, Refused.VANISHED);
    }
  }

  @Override
  public void answer(GateConnection gateConnection, byte[] record) {
    errand(() -> begin(gateConnection, record));
  }

  private void begin(GateConnection gateConnection, byte[] record) {
    if (gateConnection.closed()) {
      return;
    }
    try {
      if (gateConnection.write(record)) {
        connectionLimiter.leave(gateConnection);
        return;
      }
      gateConnection.socket().register(selector, SelectionKey.OP_WRITE, gateConnection);
      clock.at(
          System.nanoTime() + PATIENCE,
          () -> {
            if (!gateConnection.closed()) {
              connectionLimiter.leave(gateConnection, Refused.VANISHED);
            }
          });
    } catch (IOException e) {
      connectionLimiter.leave(gateConnection, Refused.VANISHED);
    }
  }

  @Override
  public void refuse(GateConnection gateConnection, Refused why) {
    errand(() -> connectionLimiter.leave(gateConnection, why));
  }

  /** Runs a task on the gate thread soon. */
  public void errand(Runnable what) {
    errands.add(what);
    selector.wakeup();
  }

  private void runErrands() {
    for (Runnable errand = errands.poll(); errand != null; errand = errands.poll()) {
      errand.run();
    }
  }

  /** Stops the thread soon. Waiting calls get the default of {@code on-error}. */
  public void stop() {
    stopping = true;
    selector.wakeup();
  }

  /** Answers all waiting calls with the default of {@code on-error}. */
  private void goodbye() {
    for (GateConnection gateConnection : connectionLimiter.gateConnections()) {
      PendingDecision pending = gateConnection.pending();
      if (pending != null) {
        pending.settleAll(Cause.ERROR);
      }
    }
    runErrands();
  }

  private void closeAll() {
    connectionLimiter.gateConnections().forEach(connectionLimiter::leave);
    try {
      server.close();
      selector.close();
    } catch (IOException e) {
      LOG.debug("closing the gate: {}", e.toString());
    }
  }
}
