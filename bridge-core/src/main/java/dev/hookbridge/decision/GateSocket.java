package dev.hookbridge.decision;

import dev.hookbridge.decision.DecisionMeters.Refused;
import dev.hookbridge.mailbox.MalformedRecordException;
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
 * Answers the shims: accepts, reads asks, writes answers, keeps the time and shows that it is
 * alive. Nothing it does waits.
 *
 * <p>One thread, named {@code gate}. The other public methods are safe from any.
 */
final class GateSocket implements Runnable, GateRequestHandler.Ways {
  private static final Logger LOG = LoggerFactory.getLogger(GateSocket.class);
  private static final long TICK = TimeUnit.SECONDS.toNanos(1);

  /** A shim sends at once; who does not is none. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(3);

  private final GateFolder folder;
  private final GateRequestHandler reception;
  private final DeadlineQueue clock;
  private final DecisionMeters meters;
  private final Selector selector;
  private final ServerSocketChannel server;
  private final ConnectionLimiter lobby;
  private final Queue<Runnable> errands = new ConcurrentLinkedQueue<>();
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(64 << 10);
  private volatile boolean stopping;

  GateSocket(
      GateFolder folder,
      GateRequestHandler reception,
      DeadlineQueue clock,
      ConnectionLimiter lobby,
      DecisionMeters meters)
      throws IOException {
    this.folder = folder;
    this.reception = reception;
    this.clock = clock;
    this.lobby = lobby;
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
    if (key.attachment() instanceof GateConnection visitor) {
      if (key.isReadable()) {
        read(key, visitor);
      } else if (key.isWritable()) {
        write(visitor);
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
      // Out of file descriptors: who waits at the door stays there for a moment.
      key.interestOps(0);
      clock.at(System.nanoTime() + TICK / 10, () -> key.interestOps(SelectionKey.OP_ACCEPT));
      meters.refused(Refused.TOO_MANY);
      return;
    }
    if (socket == null) {
      return;
    }
    if (lobby.isFull()) {
      socket.close();
      meters.refused(Refused.TOO_MANY);
      return;
    }
    GateConnection visitor = lobby.enter(socket);
    socket.configureBlocking(false);
    SelectionKey reading = socket.register(selector, SelectionKey.OP_READ, visitor);
    clock.at(
        visitor.since() + PATIENCE,
        () -> {
          if (!visitor.heard()) {
            lobby.leave(visitor, Refused.SLOW);
          }
        });
    read(reading, visitor); // a shim sends as soon as it is connected
  }

  private void read(SelectionKey key, GateConnection visitor) {
    try {
      if (visitor.read(scratch)) {
        key.interestOps(0);
        reception.heard(visitor, this);
      }
    } catch (IOException e) {
      lobby.leave(visitor, Refused.VANISHED);
    } catch (GateConnection.Oversize e) {
      lobby.leave(visitor, Refused.OVERSIZE);
    } catch (MalformedRecordException e) {
      LOG.debug("an ask is no record: {}", e.getMessage());
      lobby.leave(visitor, Refused.DAMAGED);
    } catch (RuntimeException e) {
      LOG.error("an ask cannot be taken", e);
      lobby.leave(visitor, Refused.INTERNAL);
    }
  }

  private void write(GateConnection visitor) {
    try {
      if (visitor.write()) {
        lobby.leave(visitor);
      }
    } catch (IOException e) {
      lobby.leave(visitor, Refused.VANISHED);
    }
  }

  @Override
  public void answer(GateConnection visitor, byte[] record) {
    errand(() -> begin(visitor, record));
  }

  private void begin(GateConnection visitor, byte[] record) {
    if (visitor.closed()) {
      return;
    }
    try {
      if (visitor.write(record)) {
        lobby.leave(visitor);
        return;
      }
      visitor.socket().register(selector, SelectionKey.OP_WRITE, visitor);
      clock.at(
          System.nanoTime() + PATIENCE,
          () -> {
            if (!visitor.closed()) {
              lobby.leave(visitor, Refused.VANISHED);
            }
          });
    } catch (IOException e) {
      lobby.leave(visitor, Refused.VANISHED);
    }
  }

  @Override
  public void refuse(GateConnection visitor, Refused why) {
    errand(() -> lobby.leave(visitor, why));
  }

  /** Has the gate's thread do something soon. */
  void errand(Runnable what) {
    errands.add(what);
    selector.wakeup();
  }

  private void runErrands() {
    for (Runnable errand = errands.poll(); errand != null; errand = errands.poll()) {
      errand.run();
    }
  }

  void stop() {
    stopping = true;
    selector.wakeup();
  }

  /** Who waits gets the default for an agent that can do no more. */
  private void goodbye() {
    for (GateConnection visitor : lobby.visitors()) {
      PendingDecision asking = visitor.asking();
      if (asking != null) {
        asking.settleAll(Cause.ERROR);
      }
    }
    runErrands();
  }

  private void closeAll() {
    lobby.visitors().forEach(lobby::leave);
    try {
      server.close();
      selector.close();
    } catch (IOException e) {
      LOG.debug("closing the gate: {}", e.toString());
    }
  }
}
