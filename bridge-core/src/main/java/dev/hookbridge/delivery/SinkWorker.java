package dev.hookbridge.delivery;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.sqlite.SpoolException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries events from the spool to one sink, for as long as the agent lives: builds the sink, lets
 * a {@link SinkSession} use it until it breaks, and builds another after a pause. What the broker
 * has not confirmed stays in the spool, whatever happens here.
 *
 * <p>One thread, named {@code sink-<name>}. The public methods are safe from any thread.
 */
public final class SinkWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SinkWorker.class);

  private final SinkOptions plan;
  private final Spool spool;
  private final SinkContext context;
  private final RefusalListener reports;
  private final SinkWorkerMeters meters;
  private final ThrottledWarning alert;
  private final Semaphore bell = new Semaphore(0);
  private final Thread thread;
  private final AtomicReference<@Nullable Envelope> passing = new AtomicReference<>();
  private volatile boolean stopping;
  private volatile boolean connected;
  private volatile boolean stalled;
  private volatile StoredBacklog waiting = StoredBacklog.UNKNOWN;
  private final ReconnectState memory;

  public SinkWorker(SinkOptions plan, Spool spool, SinkContext context, RefusalListener reports) {
    this.plan = plan;
    this.spool = spool;
    this.context = context;
    this.reports = reports;
    this.alert = new ThrottledWarning(plan.name());
    this.memory = new ReconnectState(plan, spool.deadLetters());
    this.meters = new SinkWorkerMeters(context.meters(), plan.name(), this);
    this.thread = new Thread(this::run, "sink-" + plan.name());
  }

  public void start() {
    try {
      look();
    } catch (SpoolException e) {
      LOG.debug("sink {}: what waits is looked up later: {}", plan.name(), e.getMessage());
    }
    spool.onAppend(this::ring);
    thread.start();
  }

  /** Wakes the sink worker's thread: an event or an outcome came, or it must stop. */
  void ring() {
    if (bell.availablePermits() == 0) {
      bell.release();
    }
  }

  /** Sleeps until the bell rings, at most so long. */
  void sleep(long nanos) {
    try {
      if (bell.tryAcquire(Math.min(nanos, TimeUnit.SECONDS.toNanos(1)), TimeUnit.NANOSECONDS)) {
        bell.drainPermits();
      }
    } catch (InterruptedException e) {
      stopping = true;
    }
  }

  boolean stopping() {
    return stopping;
  }

  private void run() {
    Backoff backoff = new Backoff(plan.retry().first(), plan.retry().longest());
    while (!stopping) {
      if (deliver()) {
        backoff.reset();
      }
      pause(backoff.next());
    }
  }

  /** One life of a sink; true when it took at least one event. */
  private boolean deliver() {
    try (Sink sink = open()) {
      connected = true;
      stalled = false;
      alert.connected(sink.destination());
      SinkSession round = new SinkSession(this, sink);
      try {
        round.run();
      } finally {
        round.end();
      }
      return round.delivered();
    } catch (SinkException e) {
      failed(e.reason(), String.valueOf(e.getMessage()));
    } catch (SpoolException e) {
      failed(Reason.INTERNAL, String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      // A fault of a client library or of ours must not end delivery for good.
      LOG.error("sink {}: unexpected failure, starting it anew", plan.name(), e);
      failed(Reason.INTERNAL, e.toString());
    } finally {
      connected = false;
    }
    return false;
  }

  /** Passwords that stand in files are read now, and may be missing or make no sense. */
  private Sink open() throws SinkException {
    try {
      return plan.transport().open(plan.settings(), context);
    } catch (IllegalArgumentException e) {
      throw SinkException.of(e);
    }
  }

  private void pause(long nanos) {
    long until = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !stopping; left = until - System.nanoTime()) {
      sleep(left);
    }
  }

  /** The broker is silent: alerted, but not counted, since no attempt has failed. */
  void stalled(Reason reason, String detail) {
    stalled = true;
    alert.raise(reason, detail);
  }

  /** The broker has confirmed something. */
  void well() {
    stalled = false;
    alert.over();
  }

  void failed(Reason reason, String detail) {
    meters.failed(reason);
    alert.raise(reason, detail);
  }

  SinkOptions plan() {
    return plan;
  }

  Spool spool() {
    return spool;
  }

  /** For the sink worker's thread. */
  ReconnectState memory() {
    return memory;
  }

  RefusalListener reports() {
    return reports;
  }

  SinkWorkerMeters meters() {
    return meters;
  }

  /** The sink's name in the configuration. */
  public String name() {
    return plan.name();
  }

  /** Whether its thread is at work. */
  public boolean alive() {
    return thread.isAlive() || stopping;
  }

  /** The word of its type in the configuration. */
  public String type() {
    return plan.transport().type();
  }

  /** Sends an event that is not spooled, if the sink is connected; nobody waits for its outcome. */
  public void pass(Envelope unspooled) {
    passing.set(unspooled);
    ring();
  }

  /** The event to pass, once. */
  @Nullable Envelope passing() {
    return passing.getAndSet(null);
  }

  /** Whether the sink has a connection over which the broker answers. */
  public boolean connected() {
    return connected && !stalled;
  }

  /** Events the sink's broker has not confirmed yet. */
  public long lag() {
    return spool.unconfirmed(plan.name());
  }

  /**
   * Looks up what only the spool's file knows, for {@link #dead} and {@link #oldestSeconds}. To be
   * called every second. It waits for the spool, which those two do not.
   */
  public void look() throws SpoolException {
    waiting = StoredBacklog.of(spool, plan.name());
  }

  /** Its dead letters as they were counted last; not a number before that. */
  public double dead() {
    return waiting.dead();
  }

  /**
   * The age of the oldest event its broker has not confirmed, as far as it was looked up; 0 when
   * there is none, not a number when it is not known. It grows on between two looks.
   */
  public double oldestSeconds() {
    return lag() == 0 ? 0 : waiting.oldestSeconds();
  }

  /** What keeps it from delivering, one sentence; empty when nothing does. */
  public String problem() {
    return alert.problem();
  }

  /**
   * Ends after the send under way, at most 10 s later. What was sent and not yet confirmed is sent
   * again by the next agent, with the same ids.
   */
  @Override
  public void close() {
    stopping = true;
    ring();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
      if (thread.isAlive()) {
        LOG.warn("sink {}: still busy after 10 s, left behind", plan.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
