package dev.hookbridge.agent;

import dev.hookbridge.envelope.Operations;
import dev.hookbridge.record.HookCall;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The meters of the intake. {@code docs/metrics.md} describes them. */
final class CallMeters {
  private final MeterRegistry registry;
  private final Timer hookToSpool;
  private final LastCalls lastCalls;

  CallMeters(MeterRegistry registry) {
    this.registry = registry;
    this.lastCalls = new LastCalls(registry);
    this.hookToSpool =
        Timer.builder("hookbridge.hook.to.spool")
            .description("From the hook's call to its event's commit in the spool")
            .register(registry);
    for (String reason :
        List.of("damaged", "disk-full", "late", "max-bytes", "rolled-back", "uncounted")) {
      losses(registry, reason); // a rate needs a zero before the first loss
    }
  }

  /**
   * Returns the counter {@code hookbridge_lost_total} for a reason. Housekeeping counts the spool's
   * drops in it, too.
   */
  static Counter losses(MeterRegistry registry, String reason) {
    return Counter.builder("hookbridge.lost")
        .description("Events lost")
        .tag("reason", reason)
        .register(registry);
  }

  void lost(String reason) {
    losses(registry, reason).increment();
  }

  /**
   * Counts a call that is stored in the spool.
   *
   * @param now the wall clock time, in ms since 1970
   */
  void taken(HookCall call, long now) {
    String driver = Operations.driverWord(call.driver());
    String operation =
        Operations.operationWord(
            call.driver(), new String(call.operation(), StandardCharsets.ISO_8859_1));
    Counter.builder("hookbridge.hooks")
        .description("Hook calls ingested")
        .tag("driver", driver)
        .tag("operation", operation)
        .register(registry)
        .increment();
    lastCalls.note(driver, call.time());
    hookToSpool.record(Duration.ofMillis(Math.max(0, now - call.time() / 1_000_000)));
  }
}
