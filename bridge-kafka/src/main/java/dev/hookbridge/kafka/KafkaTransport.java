package dev.hookbridge.kafka;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.ContentMode;
import dev.hookbridge.api.DecisionChannel;
import dev.hookbridge.api.DecisionFeed;
import dev.hookbridge.api.FeedReader;
import dev.hookbridge.api.Replies;
import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.api.Transport;
import dev.hookbridge.kafka.check.CompressionTrial;
import dev.hookbridge.kafka.check.DecisionCheck;
import dev.hookbridge.kafka.check.KafkaCheck;
import dev.hookbridge.kafka.client.KafkaSettings;
import dev.hookbridge.kafka.client.NativeLibraries;
import dev.hookbridge.kafka.decision.DecisionSettings;
import dev.hookbridge.kafka.decision.KafkaDecisionFeed;
import dev.hookbridge.kafka.decision.KafkaDecisions;
import dev.hookbridge.kafka.sink.KafkaFeed;
import dev.hookbridge.kafka.sink.KafkaSink;
import java.util.List;
import java.util.Optional;

/**
 * Implements the transport and sink type {@code kafka}: one topic, and any property of the Kafka
 * client that is not refused.
 *
 * <p>Stateless and safe for use by several threads. {@code META-INF/services} names this class.
 */
public final class KafkaTransport implements Transport {

  /** Sets the paths of the native compression libraries, before the first Kafka client is made. */
  public KafkaTransport() {
    NativeLibraries.find();
  }

  @Override
  public String type() {
    return "kafka";
  }

  @Override
  public List<SettingKey<?>> keys() {
    return List.of(
        KafkaSettings.TOPIC,
        KafkaSettings.PROPERTIES,
        ContentMode.KEY,
        DecisionSettings.REQUESTS,
        DecisionSettings.REPLIES);
  }

  @Override
  public void validate(Settings settings) {
    DecisionSettings.of(settings);
  }

  @Override
  public Sink open(Settings settings, SinkContext context) throws SinkException {
    KafkaSettings parsed = KafkaSettings.connecting(settings);
    CompressionTrial.of(parsed);
    return KafkaSink.open(parsed, context);
  }

  @Override
  public Optional<FeedReader> feed(Settings settings, boolean fromBeginning) throws SinkException {
    return Optional.of(KafkaFeed.open(KafkaSettings.connecting(settings), fromBeginning));
  }

  @Override
  public List<Check> check(Settings settings, boolean create) {
    try {
      return KafkaCheck.of(KafkaSettings.connecting(settings), create);
    } catch (IllegalArgumentException e) {
      return List.of(Check.failure("settings", String.valueOf(e.getMessage())));
    }
  }

  @Override
  public boolean carriesDecisions() {
    return true;
  }

  @Override
  public Optional<DecisionChannel> decisions(
      Settings settings, SinkContext context, Replies replies) throws SinkException {
    KafkaSettings.connecting(settings);
    return Optional.of(KafkaDecisions.open(DecisionSettings.of(settings), context, replies));
  }

  @Override
  public Optional<DecisionFeed> decisionFeed(
      Settings settings, String group, String rule, int atOnce) throws SinkException {
    KafkaSettings.connecting(settings);
    return Optional.of(KafkaDecisionFeed.open(DecisionSettings.of(settings), group, rule));
  }

  @Override
  public List<Check> checkDecisions(Settings settings, boolean create) {
    return DecisionCheck.of(DecisionSettings.of(settings), create);
  }
}
