package dev.hookbridge.amqp.decision;

import com.rabbitmq.client.NoOpMetricsCollector;
import com.rabbitmq.client.ShutdownSignalException;
import dev.hookbridge.amqp.client.AmqpConnection;
import dev.hookbridge.amqp.client.AmqpErrors;
import dev.hookbridge.amqp.client.AmqpProperties;
import dev.hookbridge.amqp.client.AmqpSettings;
import dev.hookbridge.amqp.client.ConfirmChannel;
import dev.hookbridge.amqp.client.Failure;
import dev.hookbridge.api.DecisionChannel;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Replies;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Publishes decision requests to a topic exchange on its own connection, and receives replies by
 * RabbitMQ's direct reply-to. The reply address belongs to this channel alone. Only a receiver of
 * the request knows it.
 *
 * <p><b>Threads.</b> A write can block while the broker does not read. So a separate thread writes
 * the requests, and a watch thread ends the connection when a write takes too long.
 *
 * <p><b>Failures.</b> Requests are mandatory and confirmed. A return means that no decider listens.
 * A nack means that a queue did not take the request. No confirm within 4 s means that the broker
 * hangs. During an alarm the broker reads nothing, so requests fail at once.
 */
public final class AmqpDecisions implements DecisionChannel {
  private static final Duration OPEN_LIMIT = Duration.ofSeconds(2);
  private static final Duration WRITE_LIMIT = Duration.ofSeconds(2);
  private static final Duration CONFIRM_LIMIT = Duration.ofSeconds(4);
  private static final Duration LOOK = Duration.ofMillis(100);

  /**
   * Size of the queue of requests to write. It is larger than the number of calls that wait in the
   * agent at a time.
   */
  private static final int WAITING = 256;

  /**
   * Largest request. Since RabbitMQ 4.0 the default message limit is 16 MiB. The broker does not
   * announce it, and a larger message ends everything that is in flight.
   */
  private static final int MAX_EVENT_BYTES = 8 << 20;

  private final AmqpSettings settings;
  private final AmqpProperties properties;
  private final AmqpConnection link;
  private final Replies replies;
  private final BlockingQueue<Waiting> waiting = new ArrayBlockingQueue<>(WAITING);
  private final Thread writer;
  private final ScheduledExecutorService watch;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile @Nullable ConfirmChannel channel;
  private volatile long writingUntil;
  private volatile boolean writing;
  private volatile boolean closing;

  /** A request and its deadline, by {@link System#nanoTime}. */
  private record Waiting(DecisionRequest request, long until) {}

  private AmqpDecisions(AmqpSettings settings, AmqpConnection link, Replies replies) {
    this.settings = settings;
    this.properties = new AmqpProperties(settings.prefix());
    this.link = link;
    this.replies = replies;
    this.writer = link.daemon("ask", this::write);
    this.watch = Executors.newSingleThreadScheduledExecutor(work -> link.daemon("watch", work));
  }

  /**
   * Connects, and starts to receive replies.
   *
   * @throws SinkException when the exchange is missing or the broker cannot be used
   */
  public static AmqpDecisions open(AmqpSettings settings, SinkContext context, Replies replies)
      throws SinkException {
    String name = "hookbridge decisions of " + context.name() + " on " + context.host();
    AmqpConnection link = AmqpConnection.open(settings, name, new NoOpMetricsCollector());
    AmqpDecisions decisions = new AmqpDecisions(settings, link, replies);
    decisions.start();
    return decisions;
  }

  private void start() throws SinkException {
    var unused =
        watch.scheduleWithFixedDelay(
            this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    begin(OPEN_LIMIT);
    try {
      ConfirmChannel opened =
          ConfirmChannel.open(
              link.connection(),
              settings.decisions(),
              AmqpSettings.Unroutable.PARK,
              (ending, cause) -> ended(cause));
      opened.hear(
          (consumer, reply) -> replies.replied(RequestMessage.correlation(reply), reply.getBody()));
      channel = opened;
    } catch (IOException | RuntimeException e) {
      Failure failure = AmqpErrors.of(e);
      close();
      throw failure.exception(settings.broker() + " exchange " + settings.decisions(), e);
    } finally {
      writing = false;
    }
    writer.start();
  }

  @Override
  public boolean ready() {
    return !ended.get() && !closing && link.blocked() == null;
  }

  @Override
  public int maxEventBytes() {
    return MAX_EVENT_BYTES;
  }

  @Override
  public void ask(DecisionRequest request) {
    String alarm = link.blocked();
    if (ended.get() || closing) {
      fail(request, "the channel to RabbitMQ has ended");
    } else if (alarm != null) {
      fail(request, alarm);
    } else if (!waiting.offer(
        new Waiting(request, System.nanoTime() + request.expiry().toNanos()))) {
      fail(request, "too many requests wait to be written");
    } else if (ended.get() || closing) {
      failWaiting("the channel to RabbitMQ has ended"); // the writer thread has ended
    }
  }

  private void fail(DecisionRequest request, String why) {
    replies.failed(request.correlation(), why);
  }

  /** Writes requests until the channel ends. It runs on the writer thread. */
  private void write() {
    try {
      while (!ended.get() && !closing) {
        Waiting next = waiting.take();
        if (System.nanoTime() - next.until() > 0) {
          fail(next.request(), "the broker was too slow to take it in time");
        } else {
          publish(next.request());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closing
    }
    failWaiting("the channel to RabbitMQ has ended");
  }

  private void publish(DecisionRequest request) {
    ConfirmChannel open = channel;
    RequestMessage message = RequestMessage.of(request, properties);
    String unsendable =
        open == null
            ? "no channel"
            : AmqpProperties.unsendable(message.properties(), open.frameMax());
    if (open == null || unsendable != null) {
      fail(request, String.valueOf(unsendable));
      return;
    }
    begin(WRITE_LIMIT);
    try {
      open.publish(
          message.id(),
          message.key(),
          message.properties(),
          message.body(),
          outcome -> reported(request, outcome));
    } catch (IOException | RuntimeException e) {
      end(AmqpErrors.of(e).detail());
    } finally {
      writing = false;
    }
  }

  private void reported(DecisionRequest request, Outcome outcome) {
    if (outcome instanceof Outcome.Refused) {
      replies.unheard(request.correlation()); // a return is the only refusal here
    } else if (outcome instanceof Outcome.Held held) {
      fail(request, held.detail());
    }
  }

  private void begin(Duration limit) {
    writingUntil = System.nanoTime() + limit.toNanos();
    writing = true;
  }

  /** Handles the end of the channel or of its connection. The client calls this. */
  private void ended(ShutdownSignalException cause) {
    if (!closing) {
      end(AmqpErrors.of(cause).detail());
    }
  }

  /** Ends the channel. Outstanding requests fail first. Then {@code broken} is reported. */
  private void end(String why) {
    boolean first = !ended.getAndSet(true);
    failAll(why);
    if (first) {
      replies.broken(why);
      writer.interrupt();
      link.kill();
    }
  }

  private void failAll(String why) {
    failWaiting(why);
    ConfirmChannel open = channel;
    if (open != null) {
      open.drain().forEach(entry -> entry.settle(new Outcome.Held(Reason.CLOSED, why)));
    }
  }

  private void failWaiting(String why) {
    for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
      fail(next.request(), why);
    }
  }

  /** Checks alarms and time limits. It runs on the watch thread. */
  private void look() {
    long now = System.nanoTime();
    ConfirmChannel open = channel;
    String alarm = link.blocked();
    if (ended.get()) {
      failAll("the channel to RabbitMQ has ended"); // fails a request that arrived during the end
    } else if (writing && now - writingUntil > 0) {
      end("the broker has stopped reading: a write has not ended in time");
    } else if (alarm != null) {
      failAll(alarm);
    } else if (open != null && now - open.oldest(now) > CONFIRM_LIMIT.toNanos()) {
      end("the broker has not confirmed within " + CONFIRM_LIMIT.toSeconds() + " s");
    }
  }

  @Override
  public void close() {
    closing = true;
    watch.shutdownNow();
    writer.interrupt();
    link.close();
  }
}
