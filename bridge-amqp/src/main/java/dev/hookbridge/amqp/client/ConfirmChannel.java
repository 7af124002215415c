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
 * A channel in confirm mode and who waits on it. One thread publishes; answers come on the
 * connection's reader thread.
 */
public final class ConfirmChannel {
  /** What RabbitMQ replaces by an address of this channel's own. */
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

  /** For the feed: its exchange, and what is to become of an event without a queue. */
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
   * @param ended told once when the channel or its connection has ended, on any thread
   * @throws IOException when the broker does not give one, or the exchange is not there
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

  /** Direct reply-to is a pseudo queue of the channel that publishes: to be read before that. */
  public void hear(DeliverCallback replies) throws IOException {
    channel.basicConsume(REPLY_TO, true, replies, consumer -> {});
  }

  public int frameMax() {
    return channel.getConnection().getFrameMax();
  }

  public boolean isOpen() {
    return channel.isOpen();
  }

  /**
   * Hands a message to the broker; its outcome comes with the confirm.
   *
   * @throws IOException when the connection is gone; the outcome is with whoever drains
   */
  public void publish(
      String id, String key, BasicProperties properties, byte[] body, Consumer<Outcome> outcome)
      throws IOException {
    long tag = channel.getNextPublishSeqNo();
    // Before it is written: the confirm may be faster than the return from the write.
    unconfirmed.add(tag, id, body.length, System.nanoTime(), outcome);
    try {
      channel.basicPublish(exchange, key, true, properties, body);
    } catch (AlreadyClosedException e) {
      // It was not written, and if the channel ended over another event that one has been told.
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

  /** When the oldest without an answer was sent; {@code now} when none is. */
  public long oldest(long now) {
    return unconfirmed.oldest(now);
  }

  /** Takes over all without an answer; whoever gets them owes their outcome. */
  public List<Unconfirmed.Entry> drain() {
    return unconfirmed.drain();
  }
}
