package dev.hookbridge.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Makes a histogram of every duration of hookbridge, with finer buckets in the usual range. */
final class HistogramConfig implements MeterFilter {
  private static final double[] USUAL =
      millis(1, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, 10_000);

  private static final Map<String, double[]> FINER =
      Map.of(
          "hookbridge.spool.commit",
          millis(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000),
          "hookbridge.decision",
          millis(1, 5, 10, 50, 100, 500, 1_000, 2_000, 5_000, 10_000));

  private static double[] millis(long... bounds) {
    return Arrays.stream(bounds).mapToDouble(TimeUnit.MILLISECONDS::toNanos).toArray();
  }

  @Override
  public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
    if (id.getType() != Meter.Type.TIMER || !id.getName().startsWith("hookbridge.")) {
      return config;
    }
    return DistributionStatisticConfig.builder()
        .serviceLevelObjectives(FINER.getOrDefault(id.getName(), USUAL))
        .build()
        .merge(config);
  }
}
