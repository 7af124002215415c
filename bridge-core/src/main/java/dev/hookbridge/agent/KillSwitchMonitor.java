package dev.hookbridge.agent;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.decision.KillSwitch;
import dev.hookbridge.envelope.Envelopes;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Detects when the operator switches decisions off or on. One thread calls {@link #look}. */
final class KillSwitchMonitor {
  private static final Logger LOG = LoggerFactory.getLogger(KillSwitchMonitor.class);
  private final KillSwitch gates;
  private final Envelopes envelopes;
  private volatile boolean enabled = true;

  KillSwitchMonitor(KillSwitch gates, Envelopes envelopes, MeterRegistry meters) {
    this.gates = gates;
    this.envelopes = envelopes;
    Gauge.builder("hookbridge.gates.enabled", this, watch -> watch.enabled ? 1 : 0)
        .description("0 while decisions are switched off on this host")
        .register(meters);
  }

  /** Returns whether decisions were on at the last look. */
  boolean enabled() {
    return enabled;
  }

  /**
   * Checks the kill switch. Returns an event if its state has changed, or if it is off at the first
   * look.
   */
  Optional<Envelope> look() {
    boolean now = gates.enabled();
    if (now == enabled) {
      return Optional.empty();
    }
    enabled = now;
    String by = now ? "" : gates.by();
    LOG.warn("decisions are switched {} ({})", now ? "on" : "off", gates);
    return Optional.of(envelopes.switched(now, by));
  }
}
