package dev.hookbridge.decider;

import dev.hookbridge.api.DecisionFeed;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.command.Line;
import dev.hookbridge.delivery.SinkOptions;
import dev.hookbridge.file.JsonEvent;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Reads requests, decides them on several threads, sends the replies, and logs one line per
 * request. It reconnects when the broker connection is lost, so a policy service needs no
 * supervision.
 */
final class DecideLoop {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final long RETRY_SECONDS = 1;
  private static final long DRAIN_SECONDS = 3;
  private final SinkOptions plan;
  private final String group;
  private final String rule;
  private final int jobs;
  private final String decider;
  private final DecisionProvider provider;
  private final PrintStream log;
  private final Semaphore free;
  private final ExecutorService threads;
  private final CountDownLatch stopping = new CountDownLatch(1);

  DecideLoop(
      SinkOptions plan,
      String group,
      String rule,
      int jobs,
      String decider,
      DecisionProvider provider,
      PrintStream log) {
    this.plan = plan;
    this.group = group;
    this.rule = rule;
    this.jobs = jobs;
    this.decider = decider;
    this.provider = provider;
    this.log = log;
    this.free = new Semaphore(jobs);
    this.threads = Executors.newFixedThreadPool(jobs);
  }

  /**
   * Runs until {@link #stop}.
   *
   * @throws SinkException when the broker cannot be used at the start
   */
  void run() throws SinkException, InterruptedException {
    DecisionFeed feed = open();
    say(
        "deciding for "
            + (rule.equals("*") ? "every rule" : "rule " + rule)
            + " by way of "
            + plan.name()
            + ", group "
            + group
            + ", as "
            + decider);
    try {
      while (!stopped()) {
        try {
          take(feed);
        } catch (SinkException e) {
          say("hookbridge: " + e.getMessage());
          feed.close();
          feed = reopened(feed);
        }
      }
    } finally {
      end(feed);
    }
  }

  private DecisionFeed open() throws SinkException {
    try {
      return plan.transport()
          .decisionFeed(plan.settings(), group, rule, jobs)
          .orElseThrow(
              () -> new IllegalStateException(plan.name() + " does not support decisions"));
    } catch (IllegalArgumentException e) {
      throw SinkException.of(e);
    }
  }

  /** Returns a new feed, or the closed one when the loop stops before the broker is back. */
  private DecisionFeed reopened(DecisionFeed closed) throws InterruptedException {
    while (!stopping.await(RETRY_SECONDS, TimeUnit.SECONDS)) {
      try {
        DecisionFeed feed = open();
        say("deciding again");
        return feed;
      } catch (SinkException e) {
        say("hookbridge: " + e.getMessage());
      }
    }
    return closed;
  }

  /** Takes the next request when a thread is free for it. */
  private void take(DecisionFeed feed) throws SinkException, InterruptedException {
    if (!free.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
      return;
    }
    Optional<DecisionFeed.Asked> asked = Optional.empty();
    try {
      asked = feed.poll(POLL);
    } finally {
      if (asked.isEmpty()) {
        free.release();
      }
    }
    long now = System.nanoTime();
    asked.ifPresent(request -> threads.execute(() -> handle(request, now)));
  }

  private void handle(DecisionFeed.Asked asked, long receivedAt) {
    DecideRequest request = new DecideRequest(asked.event(), receivedAt);
    try {
      DecideAnswer answer = answer(asked, request);
      asked.reply(answer.reply(decider));
      long millis = (System.nanoTime() - receivedAt) / 1_000_000;
      say(request + ": " + answer + " (" + millis + " ms)");
    } catch (SinkException e) {
      say(request + ": not sent: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      free.release();
    }
  }

  private DecideAnswer answer(DecisionFeed.Asked asked, DecideRequest request)
      throws InterruptedException {
    Duration left = request.left(Instant.now());
    if (left.isNegative() || left.isZero()) {
      return DecideAnswer.none(
          "expired " + -left.toMillis() + " ms ago by this machine's clock; ignored");
    }
    return provider.provider(JsonEvent.line(asked.event()), left);
  }

  private synchronized void say(String line) {
    log.println(Line.safe(line));
  }

  private boolean stopped() {
    return stopping.getCount() == 0;
  }

  /** Stops the loop. Any thread may call this. {@link #run} returns soon after. */
  void stop() {
    stopping.countDown();
    provider.close();
  }

  private void end(DecisionFeed feed) throws InterruptedException {
    provider.close();
    threads.shutdown();
    if (!threads.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
      threads.shutdownNow();
    }
    feed.close();
  }
}
