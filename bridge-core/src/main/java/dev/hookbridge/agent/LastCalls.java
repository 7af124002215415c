package dev.hookbridge.agent;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Records when libvirt last called each driver's hook. The metric shows when one driver is silent.
 */
final class LastCalls {
  private final MeterRegistry meters;
  private final Map<String, AtomicLong> nanos = new ConcurrentHashMap<>();

  LastCalls(MeterRegistry meters) {
    this.meters = meters;
  }

  /**
   * Records a call. The latest report replaces the earlier one even if its time is lower, because
   * the host's clock may be set back.
   *
   * @param time the wall clock time, in ns since 1970
   */
  void note(String driver, long time) {
    nanos.computeIfAbsent(driver, this::gauge).set(time);
  }

  private AtomicLong gauge(String driver) {
    AtomicLong last = new AtomicLong();
    Gauge.builder("hookbridge.hook.last.call.timestamp.seconds", last, time -> time.get() / 1e9)
        .tag("driver", driver)
        .description("When the last ingested hook was called, seconds since 1970")
        .register(meters);
    return last;
  }
}
