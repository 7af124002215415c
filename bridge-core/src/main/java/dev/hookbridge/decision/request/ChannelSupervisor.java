package dev.hookbridge.decision.request;

import dev.hookbridge.api.DecisionChannel;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Replies;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.delivery.Backoff;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a {@link DecisionChannel} to one broker's deciders open while the agent runs. When the
 * channel breaks, it opens another one after a pause.
 *
 * <p>One thread, named {@code decisions-<sink>}. The other methods are safe for any thread.
 */
public final class ChannelSupervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelSupervisor.class);
  private static final long LIVED = TimeUnit.SECONDS.toNanos(10);
  private static final long CALM = TimeUnit.SECONDS.toNanos(2);
  private static final long QUIET = TimeUnit.MINUTES.toNanos(1);

  /**
   * Receives the events of a channel. {@link Replies} describes what its methods mean and how an
   * implementation must behave.
   */
  interface Listener {
    void replied(ChannelSupervisor line, String correlation, byte[] body);

    void unheard(ChannelSupervisor line, String correlation);

    void failed(ChannelSupervisor line, String correlation);

    /** Reports that no earlier request over this channel will get a reply. */
    void broken(ChannelSupervisor line);
  }

  private final DecisionTransport decisionTransport;
  private final SinkContext context;
  private final Listener listener;
  private final Thread thread;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable DecisionChannel channel;
  private volatile @Nullable Ear listening;
  private volatile String reported = "";
  private volatile long reportedAt;
  private volatile long troubleAt;

  public ChannelSupervisor(
      DecisionTransport decisionTransport, SinkContext context, Listener listener) {
    this.decisionTransport = decisionTransport;
    this.context = context;
    this.listener = listener;
    this.thread = new Thread(this::run, "decisions-" + decisionTransport.name());
    this.thread.setDaemon(true);
  }

  /** Starts the thread that opens the channel. */
  public void start() {
    thread.start();
  }

  /** Returns the request, reduced to the size that the channel currently accepts. */
  Envelope fitting(Envelope request) {
    DecisionChannel open = channel;
    return decisionTransport.fitting(
        request, open == null ? Integer.MAX_VALUE : open.maxEventBytes());
  }

  /** Returns whether requests can be sent now. */
  public boolean ready() {
    DecisionChannel open = channel;
    return open != null && open.ready();
  }

  /** Sends a request. Reports a failure to the listener at once. */
  void ask(DecisionRequest request) {
    DecisionChannel open = channel;
    try {
      if (open != null) {
        open.ask(request);
        return;
      }
    } catch (RuntimeException e) {
      trouble("unexpected failure of the channel: " + e);
    }
    listener.failed(this, request.correlation());
  }

  private void run() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
    while (stopped.getCount() > 0) {
      long begun = System.nanoTime();
      try {
        live();
      } catch (SinkException | IllegalArgumentException e) { // the latter: wrong settings
        trouble(String.valueOf(e.getMessage()));
      } catch (RuntimeException | Error e) {
        // A fault of a client library must not end this thread.
        trouble("unexpected failure: " + e);
      }
      if (System.nanoTime() - begun > LIVED) {
        backoff.reset();
      }
      pause(backoff.next());
    }
  }

  /** Opens one channel and waits until it breaks or the agent stops. */
  private void live() throws SinkException {
    Ear ear = new Ear();
    listening = ear;
    try (DecisionChannel open =
        decisionTransport
            .transport()
            .decisions(decisionTransport.settings(), context, ear)
            .orElseThrow(() -> new IllegalStateException("it does not support decisions"))) {
      channel = open;
      while (!ear.over.await(500, TimeUnit.MILLISECONDS) && stopped.getCount() > 0) {
        well(open);
      }
    } catch (InterruptedException e) {
      stopped.countDown();
    } finally {
      hangUp();
    }
  }

  private void hangUp() {
    channel = null;
    listener.broken(this);
  }

  private void well(DecisionChannel open) {
    if (!reported.isEmpty() && open.ready() && System.nanoTime() - troubleAt > CALM) {
      LOG.info("decisions over {}: deciders can be asked again", decisionTransport.name());
      reported = "";
    }
  }

  /** Logs a problem: the first at once, then at most one line per minute. */
  private void trouble(String what) {
    long now = System.nanoTime();
    troubleAt = now;
    if (stopped.getCount() > 0 && (reported.isEmpty() || now - reportedAt > QUIET)) {
      LOG.warn(
          "decisions over {}: {}; its rules' on-error holds meanwhile",
          decisionTransport.name(),
          what);
      reported = what;
      reportedAt = now;
    }
  }

  /** Returns the sink's name. */
  String name() {
    return decisionTransport.name();
  }

  private void pause(long nanos) {
    try {
      boolean over = stopped.await(nanos, TimeUnit.NANOSECONDS);
      LOG.debug("decisions over {}: {}", decisionTransport.name(), over ? "ended" : "next attempt");
    } catch (InterruptedException e) {
      stopped.countDown();
    }
  }

  @Override
  public void close() {
    stopped.countDown();
    Ear ear = listening;
    if (ear != null) {
      ear.over.countDown();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(3));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Receives the replies of one channel. */
  private final class Ear implements Replies {
    private final CountDownLatch over = new CountDownLatch(1);

    @Override
    public void replied(String correlation, byte[] body) {
      listener.replied(ChannelSupervisor.this, correlation, body);
    }

    @Override
    public void unheard(String correlation) {
      listener.unheard(ChannelSupervisor.this, correlation);
    }

    @Override
    public void failed(String correlation, String why) {
      trouble(why);
      listener.failed(ChannelSupervisor.this, correlation);
    }

    @Override
    public void broken(String why) {
      trouble(why);
      over.countDown();
    }
  }
}
