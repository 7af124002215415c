package dev.hookbridge.status;

import dev.hookbridge.http.Exchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream to one browser. It sends the boxes that have changed since they were last sent. It
 * holds only the newest server-sent events, so a slow reader misses some and data never
 * accumulates.
 *
 * <p>One thread, named {@code status-stream}. The other methods are safe for any thread and never
 * wait.
 */
final class BrowserStream implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(BrowserStream.class);
  private static final byte[] RETRY = "retry: 2000\n\n".getBytes(StandardCharsets.US_ASCII);

  private final Exchange exchange;
  private final Thread thread;
  private final Map<String, byte[]> sent = new HashMap<>();
  private @Nullable List<SseEvent> newest;
  private boolean busy;
  private long busySince;
  private volatile boolean over;

  BrowserStream(Exchange exchange) {
    this.exchange = exchange;
    this.thread = new Thread(this, "status-stream");
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Replaces the boxes to send. */
  synchronized void offer(List<SseEvent> frames) {
    newest = frames;
    notifyAll();
  }

  /** Stops the stream if one write has lasted this long, because then nobody reads. */
  synchronized void dropIfStuck(Duration patience) {
    if (busy && System.nanoTime() - busySince > patience.toNanos()) {
      LOG.debug("a reader of the status page does not read, and is dropped");
      stop();
    }
  }

  /**
   * Stops the stream at any point. An interrupted write closes its channel. This method cannot
   * close the exchange, because that would wait for the write.
   */
  void stop() {
    thread.interrupt();
  }

  void join(Duration patience) throws InterruptedException {
    thread.join(patience.toMillis());
  }

  boolean over() {
    return over;
  }

  @Override
  public void run() {
    try (exchange) {
      try {
        write();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // so that the last write does not wait either
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("a reader of the status page is gone: {}", e.toString());
    } finally {
      over = true;
    }
  }

  private void write() throws IOException, InterruptedException {
    busy(true);
    exchange.respond(200, 0);
    OutputStream out = exchange.body();
    out.write(RETRY);
    while (true) {
      out.flush();
      for (SseEvent frame : next()) {
        if (!frame.same(sent.get(frame.id()))) {
          out.write(frame.bytes());
          sent.put(frame.id(), frame.bytes());
        }
      }
    }
  }

  private synchronized List<SseEvent> next() throws InterruptedException {
    busy = false;
    while (newest == null) {
      wait();
    }
    List<SseEvent> frames = newest;
    newest = null;
    busy(true);
    return frames;
  }

  private synchronized void busy(boolean now) {
    busy = now;
    busySince = System.nanoTime();
  }
}
