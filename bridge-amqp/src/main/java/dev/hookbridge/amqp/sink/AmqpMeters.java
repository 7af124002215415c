package dev.hookbridge.amqp.sink;

import com.rabbitmq.client.MetricsCollector;
import com.rabbitmq.client.impl.MicrometerMetricsCollector;
import dev.hookbridge.api.SinkContext;
import io.micrometer.core.instrument.Tags;

/**
 * Registers the client's own meters, {@code rabbitmq_…{sink}}. A sink is disposable, and its meters
 * are removed with it. Prometheus handles a counter that starts again at zero as a restart.
 */
final class AmqpMeters implements AutoCloseable {
  private static final String PREFIX = "rabbitmq";
  private static final String TAG = "sink";

  private final SinkContext context;

  AmqpMeters(SinkContext context) {
    this.context = context;
  }

  MetricsCollector collector() {
    return new MicrometerMetricsCollector(context.meters(), PREFIX, Tags.of(TAG, context.name()));
  }

  @Override
  public void close() {
    context.meters().getMeters().stream()
        .filter(meter -> meter.getId().getName().startsWith(PREFIX + "."))
        .filter(meter -> context.name().equals(meter.getId().getTag(TAG)))
        .forEach(context.meters()::remove);
  }
}
