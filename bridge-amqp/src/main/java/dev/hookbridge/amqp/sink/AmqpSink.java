package dev.hookbridge.amqp.sink;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.ShutdownSignalException;
import dev.hookbridge.amqp.client.AmqpConnection;
import dev.hookbridge.amqp.client.AmqpErrors;
import dev.hookbridge.amqp.client.AmqpProperties;
import dev.hookbridge.amqp.client.AmqpRouting;
import dev.hookbridge.amqp.client.AmqpSettings;
import dev.hookbridge.amqp.client.ConfirmChannel;
import dev.hookbridge.amqp.client.Failure;
import dev.hookbridge.amqp.client.Unconfirmed;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes to a topic exchange. Messages are persistent, mandatory and confirmed.
 *
 * <p><b>Order.</b> A broker may nack one message and accept the next. So an ordering key (an
 * event's key) has at most one unconfirmed event. Different keys are pipelined.
 *
 * <p><b>Channels.</b> A broker closes the channel when it cannot accept a message, and does not say
 * which message. When only one event was in flight, that event is the cause. It gets its outcome,
 * and the next {@code send} opens another channel. Otherwise the sink breaks and reports one of the
 * events as suspect.
 *
 * <p><b>Time.</b> A watch thread checks the time limits five times a second. A write that takes
 * longer than 4 s, or an event that is unconfirmed for {@code confirm-timeout}, ends the
 * connection. While the broker blocks the connection (an alarm), the confirm timeout does not run,
 * and no more events are sent.
 */
public final class AmqpSink implements Sink {
  private static final Duration WRITE_LIMIT = Duration.ofSeconds(4);
  private static final Duration OPEN_LIMIT = Duration.ofSeconds(2);
  private static final Duration LOOK = Duration.ofMillis(200);
  private final AmqpSettings settings;
  private final AmqpProperties properties;
  private final AmqpMeters meters;
  private final AmqpConnection link;
  private final MessageLimit limit = new MessageLimit();
  private final ScheduledExecutorService watch;
  private volatile @Nullable ConfirmChannel channel; // only the sink worker's thread sets it
  private volatile long writingUntil;
  private volatile boolean writing;
  private volatile Outcome.@Nullable Broken dead;
  private volatile boolean closing;

  private AmqpSink(AmqpSettings settings, AmqpMeters meters, AmqpConnection link) {
    this.settings = settings;
    this.properties = new AmqpProperties(settings.prefix());
    this.meters = meters;
    this.link = link;
    this.watch = Executors.newSingleThreadScheduledExecutor(work -> link.daemon("watch", work));
  }

  /**
   * Connects and opens a channel.
   *
   * @throws SinkException when the broker or the exchange cannot be used
   */
  public static AmqpSink open(AmqpSettings settings, SinkContext context) throws SinkException {
    AmqpMeters meters = new AmqpMeters(context);
    AmqpSink sink;
    try {
      String name = "hookbridge " + context.name() + " on " + context.host();
      sink =
          new AmqpSink(settings, meters, AmqpConnection.open(settings, name, meters.collector()));
    } catch (SinkException e) {
      meters.close();
      throw e;
    }
    sink.start();
    return sink;
  }

  private void start() throws SinkException {
    var unused =
        watch.scheduleWithFixedDelay(
            this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    try {
      begin(OPEN_LIMIT);
      openChannel();
    } catch (IOException | RuntimeException e) {
      Failure failure = AmqpErrors.of(e);
      close();
      throw failure.exception(settings.broker() + " exchange " + settings.exchange(), e);
    } finally {
      writing = false;
    }
  }

  @Override
  public Ordering ordering() {
    return Ordering.ONE_BY_ONE;
  }

  @Override
  public String destination() {
    return settings.broker() + " exchange " + settings.exchange();
  }

  @Override
  public String orderingKey(Envelope envelope) {
    return envelope.key();
  }

  @Override
  public int maxEventBytes() {
    return limit.bytes();
  }

  @Override
  public @Nullable String blocked() {
    return link.blocked();
  }

  @Override
  public void send(Envelope envelope, Consumer<Outcome> outcome) {
    Outcome early = early(envelope);
    if (early != null) {
      outcome.accept(early);
      return;
    }
    begin(WRITE_LIMIT);
    try {
      publish(openChannel(), envelope, outcome);
    } catch (IOException | RuntimeException e) {
      outcome.accept(end(AmqpErrors.of(e).broken(false)));
    } finally {
      writing = false;
    }
  }

  /** Returns an outcome that is known without the broker, or null. */
  private @Nullable Outcome early(Envelope envelope) {
    if (dead != null) {
      return dead;
    }
    String alarm = blocked();
    if (alarm != null) {
      return new Outcome.Held(Reason.BLOCKED, alarm);
    }
    if (AmqpProperties.bodyBytes(envelope, settings.mode()) > limit.bytes()) {
      return new Outcome.Refused(
          Reason.TOO_LARGE, "the broker takes messages up to " + limit.bytes() + " bytes");
    }
    return null;
  }

  private void publish(ConfirmChannel open, Envelope envelope, Consumer<Outcome> outcome) {
    BasicProperties encoded = properties.encode(envelope, settings.mode());
    String unsendable = AmqpProperties.unsendable(encoded, open.frameMax());
    if (unsendable != null) {
      outcome.accept(new Outcome.Refused(Reason.INVALID, unsendable));
      return;
    }
    String key = AmqpRouting.key(envelope.route());
    byte[] body = AmqpProperties.body(envelope, settings.mode());
    try {
      open.publish(envelope.id(), key, encoded, body, outcome);
    } catch (IOException | RuntimeException e) {
      end(AmqpErrors.of(e).broken(false)); // this also reports the outcome of this event
    }
  }

  /** Returns the channel, or opens a new one when an error closed the last one. */
  private ConfirmChannel openChannel() throws IOException {
    ConfirmChannel last = channel;
    if (last != null && last.isOpen()) {
      return last;
    }
    ConfirmChannel next = ConfirmChannel.open(link.connection(), settings, this::ended);
    channel = next;
    return next;
  }

  /** Starts a time limit. The watch thread enforces it until {@code writing} is false again. */
  private void begin(Duration limit) {
    writingUntil = System.nanoTime() + limit.toNanos();
    writing = true;
  }

  /** Handles the end of a channel or of its connection. The client calls this. */
  private void ended(ConfirmChannel ended, ShutdownSignalException cause) {
    if (closing) {
      return;
    }
    Failure failure = AmqpErrors.of(cause);
    List<Unconfirmed.Entry> waiting = ended.drain();
    Outcome outcome = failure.outcome(waiting.size() <= 1);
    if (cause.isHardError() || outcome instanceof Outcome.Broken) {
      died(failure.broken(false));
    }
    for (Unconfirmed.Entry entry : waiting) {
      if (outcome instanceof Outcome.Refused && failure.reason() == Reason.TOO_LARGE) {
        limit.refused(entry.bytes(), failure.detail());
      }
      entry.settle(outcome);
    }
  }

  /**
   * Ends the sink. All unconfirmed events get their outcome now, not when the client notices the
   * end.
   */
  private Outcome.Broken end(Outcome.Broken broken) {
    Outcome.Broken first = died(broken);
    settleAll(first);
    link.kill();
    return first;
  }

  /** Records the cause. The first cause stays, because later ones only follow from it. */
  private synchronized Outcome.Broken died(Outcome.Broken broken) {
    Outcome.Broken first = dead == null ? broken : dead;
    dead = first;
    return first;
  }

  private void settleAll(Outcome outcome) {
    ConfirmChannel current = channel;
    if (current != null) {
      current.drain().forEach(entry -> entry.settle(outcome));
    }
  }

  /** Checks the time limits. It runs on the watch thread. */
  private void look() {
    long now = System.nanoTime();
    Outcome.Broken over = dead;
    if (over != null) {
      settleAll(over); // settles an event that arrived during the end
    } else if (writing && now - writingUntil > 0) {
      end(overdue("the broker has stopped reading: a write has not ended in time"));
    } else if (link.blocked() == null
        && unconfirmedFor(now) > settings.confirmTimeout().toNanos()) {
      end(overdue("no confirm within " + settings.confirmTimeout().toSeconds() + " s"));
    }
  }

  private Outcome.Broken overdue(String detail) {
    String alarm = link.blocked();
    Reason reason = alarm == null ? Reason.TIMEOUT : Reason.BLOCKED;
    return new Outcome.Broken(reason, alarm == null ? detail : detail + ": " + alarm, false);
  }

  /**
   * Returns how long the oldest event is unconfirmed, in nanoseconds. The time before the end of
   * the last alarm does not count.
   */
  private long unconfirmedFor(long now) {
    ConfirmChannel current = channel;
    long sent = current == null ? now : current.oldest(now);
    return Math.min(now - sent, now - link.unblockedAt());
  }

  @Override
  public void close() {
    closing = true;
    watch.shutdownNow();
    link.close();
    meters.close();
  }
}
