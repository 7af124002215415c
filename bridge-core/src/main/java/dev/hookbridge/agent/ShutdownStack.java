package dev.hookbridge.agent;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stack of started parts. They are stopped in reverse order. */
final class ShutdownStack {
  private static final Logger LOG = LoggerFactory.getLogger(ShutdownStack.class);
  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  void push(AutoCloseable part) {
    started.push(part);
  }

  /** Starts a thread. At shutdown, {@code stop} must make it end. */
  void start(Runnable part, String name, Runnable stop) {
    Thread thread = new Thread(part, name);
    thread.start();
    push(
        () -> {
          stop.run();
          thread.join();
        });
  }

  /** Returns the number of parts started so far. */
  int mark() {
    return started.size();
  }

  /** Stops the parts that were started after the mark. */
  void backTo(int mark) {
    while (started.size() > mark) {
      try {
        started.pop().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("while stopping: {}", e.toString());
      }
    }
  }
}
