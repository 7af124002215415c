package dev.hookbridge.harness.decider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import java.util.EnumMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.awaitility.Awaitility;

/**
 * The brokers with what decisions need there, by its default names; each started once asked for.
 */
public final class AskingPlaces implements AutoCloseable {
  /** A broker and the names by default of what decisions need there. */
  public enum Place {
    KAFKA("kafka", "KafkaPolicy", "libvirt.decisions"),
    RABBITMQ("amqp", "RabbitPolicy", "libvirt.decisions");

    public final String type;
    public final String spring;
    public final String asked;

    Place(String type, String spring, String asked) {
      this.type = type;
      this.spring = spring;
      this.asked = asked;
    }

    private Transport transport() {
      return ServiceLoader.load(Transport.class).stream()
          .map(ServiceLoader.Provider::get)
          .filter(one -> one.type().equals(type))
          .findFirst()
          .orElseThrow();
    }
  }

  private final Map<Place, Broker> brokers = new EnumMap<>(Place.class);

  public Broker broker(Place place) {
    return brokers.computeIfAbsent(
        place,
        unused -> {
          Broker broker = place == Place.KAFKA ? Brokers.kafka() : Brokers.rabbitmq();
          // One that has just started on a busy machine may need longer than one check waits.
          Awaitility.await("check --create")
              .untilAsserted(
                  () ->
                      assertThat(place.transport().checkDecisions(settings(place, broker), true))
                          .noneMatch(line -> line.level() == Check.Level.FAILURE));
          return broker;
        });
  }

  @Override
  public void close() {
    brokers.values().forEach(Broker::close);
  }

  private static Settings settings(Place place, Broker broker) {
    return new Settings(
        "sinks.feed",
        place == Place.KAFKA
            ? Map.of(
                "topic",
                "libvirt.hooks",
                "properties",
                Map.of("bootstrap.servers", broker.address()))
            : Map.of("uri", broker.address() + "/%2F", "exchange", "libvirt.hooks"));
  }

  public Asker asker(Place place) throws Exception {
    return new Asker(place.transport(), settings(place, broker(place)));
  }
}
