package dev.hookbridge.amqp.client;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DeliverCallback;
import com.rabbitmq.client.ShutdownSignalException;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Publishes on a channel in confirm mode, and reports the outcome of each message. One thread
 * publishes. Confirms and returns arrive on the connection's reader thread.
 */
public final class ConfirmChannel {
  /**
   * The pseudo queue of direct reply-to. RabbitMQ replaces this name with an address of this
   * channel.
   */
  public static final String REPLY_TO = "amq.rabbitmq.reply-to";

  private final Channel channel;
  private final String exchange;
  private final AmqpSettings.Unroutable unroutable;
  private final Unconfirmed unconfirmed = new Unconfirmed();

  private ConfirmChannel(Channel channel, String exchange, AmqpSettings.Unroutable unroutable) {
    this.channel = channel;
    this.exchange = exchange;
    this.unroutable = unroutable;
  }

  /**
   * Opens a channel for the feed, with its exchange and its {@code unroutable} setting.
   *
   * @throws IOException when the broker refuses a channel, or the exchange does not exist
   */
  public static ConfirmChannel open(
      Connection connection,
      AmqpSettings settings,
      BiConsumer<ConfirmChannel, ShutdownSignalException> ended)
      throws IOException {
    return open(connection, settings.exchange(), settings.unroutable(), ended);
  }

  /**
   * Opens a channel in confirm mode.
   *
   * @param ended called once when the channel or its connection has ended, on any thread
   * @throws IOException when the broker refuses a channel, or the exchange does not exist
   */
  public static ConfirmChannel open(
      Connection connection,
      String exchange,
      AmqpSettings.Unroutable unroutable,
      BiConsumer<ConfirmChannel, ShutdownSignalException> ended)
      throws IOException {
    Channel channel = connection.createChannel();
    if (channel == null) {
      throw new IOException("the broker allows no more channels on this connection");
    }
    ConfirmChannel opened = new ConfirmChannel(channel, exchange, unroutable);
    channel.exchangeDeclarePassive(exchange);
    channel.confirmSelect();
    channel.addConfirmListener(opened::acked, opened::nacked);
    channel.addReturnListener(
        back ->
            opened.unconfirmed.returned(
                back.getProperties().getMessageId(),
                back.getReplyCode() + " " + back.getReplyText() + " " + back.getRoutingKey()));
    channel.addShutdownListener(cause -> ended.accept(opened, cause));
    return opened;
  }

  /**
   * Starts to consume replies by direct reply-to. RabbitMQ requires that the channel that publishes
   * requests consumes first.
   */
  public void hear(DeliverCallback replies) throws IOException {
    channel.basicConsume(REPLY_TO, true, replies, consumer -> {});
  }

  /** Returns the negotiated maximum frame size in bytes, 0 for no limit. */
  public int frameMax() {
    return channel.getConnection().getFrameMax();
  }

  /** Returns whether the channel is open. */
  public boolean isOpen() {
    return channel.isOpen();
  }

  /**
   * Publishes a message. The outcome follows with the confirm.
   *
   * @throws IOException when the connection is lost; the caller of {@link #drain} then reports the
   *     outcome
   */
  public void publish(
      String id, String key, BasicProperties properties, byte[] body, Consumer<Outcome> outcome)
      throws IOException {
    long tag = channel.getNextPublishSeqNo();
    // The entry is added before the write, because the confirm can arrive before the write returns.
    unconfirmed.add(tag, id, body.length, System.nanoTime(), outcome);
    try {
      channel.basicPublish(exchange, key, true, properties, body);
    } catch (AlreadyClosedException e) {
      // The message was not written. If the channel ended because of another event, that event
      // already has its outcome.
      unconfirmed
          .remove(tag, false)
          .forEach(entry -> entry.settle(new Outcome.Held(Reason.CLOSED, "the channel has ended")));
    }
  }

  private void acked(long tag, boolean multiple) {
    for (Unconfirmed.Entry entry : unconfirmed.remove(tag, multiple)) {
      String returned = entry.returned();
      entry.settle(returned == null ? Outcome.CONFIRMED : unroutable(returned));
    }
  }

  private Outcome unroutable(String text) {
    return switch (unroutable) {
      case PARK -> new Outcome.Refused(Reason.UNROUTABLE, text);
      case DISCARD -> new Outcome.Discarded(Reason.UNROUTABLE, text);
    };
  }

  private void nacked(long tag, boolean multiple) {
    for (Unconfirmed.Entry entry : unconfirmed.remove(tag, multiple)) {
      entry.settle(
          new Outcome.Held(
              Reason.REJECTED, "the broker did not take it (nack): a queue is full or has failed"));
    }
  }

  /** Returns when the oldest unconfirmed message was sent, or {@code now} when there is none. */
  public long oldest(long now) {
    return unconfirmed.oldest(now);
  }

  /** Removes and returns all unconfirmed messages. The caller must report their outcomes. */
  public List<Unconfirmed.Entry> drain() {
    return unconfirmed.drain();
  }
}
