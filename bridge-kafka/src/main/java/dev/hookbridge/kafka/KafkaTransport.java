package dev.hookbridge.kafka;

import dev.hookbridge.Check;
import dev.hookbridge.FeedReader;
import dev.hookbridge.SettingKey;
import dev.hookbridge.Settings;
import dev.hookbridge.Sink;
import dev.hookbridge.SinkContext;
import dev.hookbridge.SinkException;
import dev.hookbridge.Transport;
import java.util.List;
import java.util.Optional;

/** The sink type {@code kafka}: a topic, and whatever the Kafka client takes as properties. */
public final class KafkaTransport implements Transport {

  @Override
  public String type() {
    return "kafka";
  }

  @Override
  public List<SettingKey> keys() {
    return List.of(
        SettingKey.required(
            KafkaSettings.TOPIC, "The topic; it must be there, the agent creates none."),
        SettingKey.required(
            KafkaSettings.PROPERTIES,
            "Properties of the Kafka client, bootstrap.servers at least; those on which order and"
                + " loss depend are refused."));
  }

  @Override
  public void validate(Settings settings) {
    KafkaSettings.of(settings);
  }

  @Override
  public Sink open(Settings settings, SinkContext context) throws SinkException {
    return KafkaSink.open(KafkaSettings.of(settings), context);
  }

  @Override
  public Optional<FeedReader> feed(Settings settings, boolean fromBeginning) throws SinkException {
    return Optional.of(KafkaFeed.open(KafkaSettings.of(settings), fromBeginning));
  }

  @Override
  public List<Check> check(Settings settings, boolean create) {
    return KafkaCheck.of(KafkaSettings.of(settings), create);
  }
}
