package dev.hookbridge.amqp.client;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.ShutdownSignalException;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.SinkException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Collects the messages that the client's threads deliver, until another thread polls them. The
 * prefetch limits how many wait here.
 */
public final class Deliveries extends DefaultConsumer {
  private final String whose;
  private final BlockingQueue<Delivery> arrived = new LinkedBlockingQueue<>();

  /** One message, or the reason why no more messages will come. */
  public record Delivery(
      long tag, @Nullable BasicProperties message, byte[] body, @Nullable Failure end) {}

  /**
   * Creates a consumer for a channel.
   *
   * @param whose the owner of the queue, for messages: {@code the reader's}
   */
  public Deliveries(Channel channel, String whose) {
    super(channel);
    this.whose = whose;
  }

  /**
   * Waits for the next delivery. Returns null when none arrived in time.
   *
   * @throws SinkException when the thread is interrupted
   */
  public @Nullable Delivery poll(Duration wait) throws SinkException {
    try {
      return arrived.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SinkException(Reason.CLOSED, "interrupted while reading", e);
    }
  }

  /**
   * Waits for the next delivery, and returns it with all others that are present. Returns an empty
   * list when none arrived in time.
   *
   * @throws SinkException when the thread is interrupted
   */
  public List<Delivery> pollAll(Duration wait) throws SinkException {
    List<Delivery> batch = new ArrayList<>();
    Delivery first = poll(wait);
    if (first != null) {
      batch.add(first);
      arrived.drainTo(batch);
    }
    return batch;
  }

  /** Puts the end back, so that the next poll returns it again. An end is permanent. */
  public void again(Delivery end) {
    arrived.add(end);
  }

  @Override
  public void handleDelivery(
      String consumer,
      com.rabbitmq.client.Envelope delivery,
      BasicProperties message,
      byte[] body) {
    arrived.add(new Delivery(delivery.getDeliveryTag(), message, body, null));
  }

  @Override
  public void handleCancel(String consumer) {
    end(Failure.ofCode(404, "the broker has deleted " + whose + " queue"));
  }

  @Override
  public void handleShutdownSignal(String consumer, ShutdownSignalException cause) {
    end(AmqpErrors.of(cause));
  }

  private void end(Failure why) {
    arrived.add(new Delivery(0, null, new byte[0], why));
  }
}
