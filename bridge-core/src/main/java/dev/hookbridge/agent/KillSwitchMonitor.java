package dev.hookbridge.agent;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.decision.KillSwitch;
import dev.hookbridge.envelope.Envelopes;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees when the operator switches decisions off or on. Looked at by one thread. */
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

  /** Whether decisions are on, as far as the last look saw. */
  boolean enabled() {
    return enabled;
  }

  /** Looks; an event when it has changed, or is off at the first look. */
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
