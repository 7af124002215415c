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
 * All browsers that look, a bounded number of them. While there is one, a thread named {@code
 * status} looks every second for all of them; it ends with the last. Safe between threads.
 */
final class Streams implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Streams.class);
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  private final Supplier<List<SseEvent>> look;
  private final Limits limits;
  private final List<Stream> open = new ArrayList<>();
  private @Nullable Thread looking;
  private boolean due;
  private boolean closed;

  /**
   * How much is done for those who look.
   *
   * @param most streams at a time
   * @param pause between two looks
   * @param patience how long a write may last
   */
  record Limits(int most, Duration pause, Duration patience) {
    static final Limits USUAL = new Limits(16, Duration.ofSeconds(1), Duration.ofSeconds(10));
  }

  Streams(Supplier<List<SseEvent>> look, Limits limits) {
    this.look = look;
    this.limits = limits;
  }

  /**
   * Takes an exchange over, whose headers are set and not sent.
   *
   * @return false when there is no place, and the exchange is still the caller's
   */
  synchronized boolean admit(Exchange exchange) {
    open.removeIf(Stream::over);
    if (closed || open.size() >= limits.most()) {
      return false;
    }
    Stream stream = new Stream(exchange);
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
    open.removeIf(Stream::over);
    return open.size();
  }

  private void run() {
    for (List<Stream> streams = next(); !streams.isEmpty(); streams = next()) {
      try {
        List<SseEvent> frames = look.get();
        streams.forEach(stream -> stream.offer(frames));
      } catch (RuntimeException e) {
        LOG.warn("the status page cannot be made, trying again", e);
      }
      streams.forEach(stream -> stream.dropIfStuck(limits.patience()));
    }
  }

  /** Those who look, after a pause, or at once when one has come; none when this thread ends. */
  private synchronized List<Stream> next() {
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
    open.removeIf(Stream::over);
    if (closed || open.isEmpty()) {
      looking = null;
      return List.of();
    }
    return List.copyOf(open);
  }

  /** Lets all go, in a moment. */
  @Override
  public void close() {
    List<Stream> last;
    synchronized (this) {
      closed = true;
      notifyAll();
      last = List.copyOf(open);
    }
    last.forEach(Stream::stop);
    try {
      for (Stream stream : last) {
        stream.join(GOODBYE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
