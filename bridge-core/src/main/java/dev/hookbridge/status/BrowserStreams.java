package dev.hookbridge.status;

import dev.hookbridge.http.Exchange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams to all browsers, with a bounded number. While there is at least one, a thread named
 * {@code status} makes a snapshot every second for all of them. The thread ends with the last
 * stream. Thread-safe.
 */
final class BrowserStreams implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrowserStreams.class);
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  private final Supplier<List<SseEvent>> look;
  private final Limits limits;
  private final List<BrowserStream> open = new ArrayList<>();
  private @Nullable Thread looking;
  private boolean due;
  private boolean closed;

  /**
   * The limits for viewers.
   *
   * @param most the maximum number of streams
   * @param pause the pause between two snapshots
   * @param patience the maximum time of a write
   */
  record Limits(int most, Duration pause, Duration patience) {
    static final Limits USUAL = new Limits(16, Duration.ofSeconds(1), Duration.ofSeconds(10));
  }

  BrowserStreams(Supplier<List<SseEvent>> look, Limits limits) {
    this.look = look;
    this.limits = limits;
  }

  /**
   * Takes over an exchange whose headers are set but not sent.
   *
   * @return false if there is no free place; the exchange then still belongs to the caller
   */
  synchronized boolean admit(Exchange exchange) {
    open.removeIf(BrowserStream::over);
    if (closed || open.size() >= limits.most()) {
      return false;
    }
    BrowserStream stream = new BrowserStream(exchange);
    open.add(stream);
    stream.start();
    due = true;
    notifyAll();
    if (looking == null) {
      looking = new Thread(this::run, "status");
      looking.setDaemon(true);
      looking.start();
    }
    return true;
  }

  synchronized int size() {
    open.removeIf(BrowserStream::over);
    return open.size();
  }

  private void run() {
    for (List<BrowserStream> streams = next(); !streams.isEmpty(); streams = next()) {
      try {
        List<SseEvent> frames = look.get();
        streams.forEach(stream -> stream.offer(frames));
      } catch (RuntimeException e) {
        LOG.warn("the status page cannot be made, trying again", e);
      }
      streams.forEach(stream -> stream.dropIfStuck(limits.patience()));
    }
  }

  /**
   * Returns the streams after a pause, or at once if a stream was added. Returns an empty list when
   * this thread must end.
   */
  private synchronized List<BrowserStream> next() {
    long until = System.nanoTime() + limits.pause().toNanos();
    try {
      for (long left = 1; left > 0 && !due && !closed; ) {
        left = (until - System.nanoTime()) / 1_000_000;
        wait(Math.max(1, left));
      }
    } catch (InterruptedException e) {
      closed = true;
    }
    due = false;
    open.removeIf(BrowserStream::over);
    if (closed || open.isEmpty()) {
      looking = null;
      return List.of();
    }
    return List.copyOf(open);
  }

  /** Ends all streams, in a moment. */
  @Override
  public void close() {
    List<BrowserStream> last;
    synchronized (this) {
      closed = true;
      notifyAll();
      last = List.copyOf(open);
    }
    last.forEach(BrowserStream::stop);
    try {
      for (BrowserStream stream : last) {
        stream.join(GOODBYE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
