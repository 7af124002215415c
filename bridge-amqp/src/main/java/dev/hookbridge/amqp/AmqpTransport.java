package dev.hookbridge.amqp;

import dev.hookbridge.amqp.check.AmqpChecks;
import dev.hookbridge.amqp.check.DecisionChecks;
import dev.hookbridge.amqp.client.AmqpSettings;
import dev.hookbridge.amqp.decision.AmqpDecisionFeed;
import dev.hookbridge.amqp.decision.AmqpDecisions;
import dev.hookbridge.amqp.sink.AmqpFeed;
import dev.hookbridge.amqp.sink.AmqpSink;
import dev.hookbridge.api.Check;
import dev.hookbridge.api.DecisionChannel;
import dev.hookbridge.api.DecisionFeed;
import dev.hookbridge.api.FeedReader;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Replies;
import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.api.Transport;
import java.util.List;
import java.util.Optional;

/**
 * Implements the transport and sink type {@code amqp}: RabbitMQ, or another broker that speaks AMQP
 * 0-9-1 with publisher confirms.
 */
public final class AmqpTransport implements Transport {

  /** Creates the transport. {@link java.util.ServiceLoader} calls this. */
  public AmqpTransport() {}

  @Override
  public String type() {
    return "amqp";
  }

  @Override
  public List<SettingKey<?>> keys() {
    return AmqpSettings.KEYS;
  }

  @Override
  public void validate(Settings settings) {
    AmqpSettings.of(settings);
  }

  @Override
  public Sink open(Settings settings, SinkContext context) throws SinkException {
    return AmqpSink.open(checked(settings), context);
  }

  /**
   * Reads the messages that are published from now on, because an exchange stores nothing.
   *
   * @throws SinkException when {@code fromBeginning} is set, or the broker cannot be used
   */
  @Override
  public Optional<FeedReader> feed(Settings settings, boolean fromBeginning) throws SinkException {
    if (fromBeginning) {
      throw new SinkException(
          Reason.CONFIGURATION,
          "An exchange keeps no messages, so the feed cannot be read from its beginning: read from"
              + " now on, or read a queue that was bound to it earlier");
    }
    return Optional.of(AmqpFeed.open(checked(settings)));
  }

  @Override
  public List<Check> check(Settings settings, boolean create) {
    return AmqpChecks.run(settings, create);
  }

  @Override
  public boolean carriesDecisions() {
    return true;
  }

  @Override
  public Optional<DecisionChannel> decisions(
      Settings settings, SinkContext context, Replies replies) throws SinkException {
    return Optional.of(AmqpDecisions.open(checked(settings), context, replies));
  }

  @Override
  public Optional<DecisionFeed> decisionFeed(
      Settings settings, String group, String rule, int atOnce) throws SinkException {
    return Optional.of(AmqpDecisionFeed.open(checked(settings), group, rule, atOnce));
  }

  @Override
  public List<Check> checkDecisions(Settings settings, boolean create) {
    return DecisionChecks.run(settings, create);
  }

  /**
   * Parses the settings again. A file that was deleted after the start becomes a {@link
   * SinkException}, so the caller retries instead of failing.
   */
  private static AmqpSettings checked(Settings settings) throws SinkException {
    try {
      return AmqpSettings.of(settings);
    } catch (IllegalArgumentException e) {
      throw new SinkException(Reason.CONFIGURATION, String.valueOf(e.getMessage()), e);
    }
  }
}
