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
 * Delivers events from the spool to one sink, for as long as the agent lives. It opens the sink,
 * lets a {@link SinkSession} use it until it breaks, and opens another after a pause. Unconfirmed
 * events stay in the spool, even if the worker fails.
 *
 * <p>It has one thread, named {@code sink-<name>}. The public methods are thread-safe.
 */
public final class SinkWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SinkWorker.class);

  private final SinkOptions options;
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

  public SinkWorker(
      SinkOptions options, Spool spool, SinkContext context, RefusalListener reports) {
    this.options = options;
    this.spool = spool;
    this.context = context;
    this.reports = reports;
    this.alert = new ThrottledWarning(options.name());
    this.memory = new ReconnectState(options, spool.deadLetters());
    this.meters = new SinkWorkerMeters(context.meters(), options.name(), this);
    this.thread = new Thread(this::run, "sink-" + options.name());
  }

  /** Starts the thread. */
  public void start() {
    try {
      look();
    } catch (SpoolException e) {
      LOG.debug("sink {}: what waits is looked up later: {}", options.name(), e.getMessage());
    }
    spool.onAppend(this::ring);
    thread.start();
  }

  /** Wakes the sink worker's thread, because there is an event or an outcome, or it must stop. */
  void ring() {
    if (bell.availablePermits() == 0) {
      bell.release();
    }
  }

  /** Sleeps until {@link #ring}, but at most {@code nanos}, and at most one second. */
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
    Backoff backoff = new Backoff(options.retry().first(), options.retry().longest());
    while (!stopping) {
      if (deliver()) {
        backoff.reset();
      }
      pause(backoff.next());
    }
  }

  /**
   * Opens a sink and delivers until it breaks. Returns true when the sink took at least one event.
   */
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
      // A bug in a client library or in this program must not end delivery permanently.
      LOG.error("sink {}: unexpected failure, starting it anew", options.name(), e);
      failed(Reason.INTERNAL, e.toString());
    } finally {
      connected = false;
    }
    return false;
  }

  /** Opens the sink. This reads passwords from files, which may be missing or invalid. */
  private Sink open() throws SinkException {
    try {
      return options.transport().open(options.settings(), context);
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

  /**
   * Alerts that the broker does not respond. Does not count it as a failure, because no attempt has
   * failed.
   */
  void stalled(Reason reason, String detail) {
    stalled = true;
    alert.raise(reason, detail);
  }

  /** Records that the broker has confirmed something. */
  void well() {
    stalled = false;
    alert.over();
  }

  void failed(Reason reason, String detail) {
    meters.failed(reason);
    alert.raise(reason, detail);
  }

  SinkOptions options() {
    return options;
  }

  Spool spool() {
    return spool;
  }

  /** Returns the state for the sink worker's thread. */
  ReconnectState memory() {
    return memory;
  }

  RefusalListener reports() {
    return reports;
  }

  SinkWorkerMeters meters() {
    return meters;
  }

  /** Returns the sink's name in the configuration. */
  public String name() {
    return options.name();
  }

  /** Returns whether the thread runs, or was asked to stop. */
  public boolean alive() {
    return thread.isAlive() || stopping;
  }

  /** Returns the sink's type in the configuration. */
  public String type() {
    return options.transport().type();
  }

  /**
   * Sends an event that is not in the spool, if the sink is connected. Nothing waits for its
   * outcome.
   */
  public void pass(Envelope unspooled) {
    passing.set(unspooled);
    ring();
  }

  /** Returns the event to pass, once. */
  @Nullable Envelope passing() {
    return passing.getAndSet(null);
  }

  /** Returns whether the sink has a connection, and the broker responds. */
  public boolean connected() {
    return connected && !stalled;
  }

  /** Returns the number of events that the sink's broker has not confirmed. */
  public long lag() {
    return spool.unconfirmed(options.name());
  }

  /**
   * Reads what only the spool's file knows, for {@link #dead} and {@link #oldestSeconds}. The agent
   * calls this method every second. It waits for the spool; those two do not.
   */
  public void look() throws SpoolException {
    waiting = StoredBacklog.of(spool, options.name());
  }

  /**
   * Returns the number of dead letters at the latest {@link #look}; {@code NaN} before the first
   * one.
   */
  public double dead() {
    return waiting.dead();
  }

  /**
   * Returns the age of the oldest event that the broker has not confirmed, from the latest {@link
   * #look}. It is 0 when there is no such event, and {@code NaN} when it is unknown. The age grows
   * between two calls of {@link #look}.
   */
  public double oldestSeconds() {
    return lag() == 0 ? 0 : waiting.oldestSeconds();
  }

  /** Returns what prevents delivery, as one sentence; empty when nothing does. */
  public String problem() {
    return alert.problem();
  }

  /**
   * Stops after the current send, at most 10 s later. The next agent sends again what was sent and
   * not yet confirmed, with the same ids.
   */
  @Override
  public void close() {
    stopping = true;
    ring();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
      if (thread.isAlive()) {
        LOG.warn("sink {}: still busy after 10 s, left behind", options.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
