package dev.hookbridge.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bounds of the histograms, which dashboards and rules are made with. */
class HistogramConfigTest {
  @ParameterizedTest
  @CsvSource({
    "hookbridge.hook.to.spool, 0.001 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1.0 5.0 10.0 +Inf",
    "hookbridge.sink.publish, 0.001 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1.0 5.0 10.0 +Inf",
    "hookbridge.spool.commit, 0.001 0.002 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1.0 5.0 +Inf",
    "hookbridge.decision, 0.001 0.005 0.01 0.05 0.1 0.5 1.0 2.0 5.0 10.0 +Inf",
    "another.library, ''"
  })
  void everyDurationOfOursIsAHistogram(String timer, String bounds) {
    PrometheusMeterRegistry registry = Metrics.registry("1");
    Timer.builder(timer).register(registry);
    String name = timer.replace('.', '_') + "_seconds_bucket\\{le=\"([^\"]+)\"}";
    assertThat(Pattern.compile(name).matcher(registry.scrape()).results().map(le -> le.group(1)))
        .containsExactly(bounds.isEmpty() ? new String[0] : bounds.split(" ", -1));
  }
}
