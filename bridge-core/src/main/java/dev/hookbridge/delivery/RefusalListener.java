package dev.hookbridge.delivery;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import java.util.List;

/**
 * Makes the agent's events about refusals. Called on the sink worker's thread. An implementation is
 * quick and never throws.
 */
public interface RefusalListener {
  /** Returns the agent's own events that report a refusal. They are stored with the dead letter. */
  List<Envelope> refused(String sink, Envelope event, Reason reason, String detail);
}
