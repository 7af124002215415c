package dev.hookbridge.delivery;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import java.util.List;

/** What a sink worker asks of the rest of the agent. Called on its thread; quick, never throws. */
public interface RefusalListener {
  /** The agent's own events that tell of a refusal, to be stored with the dead letter. */
  List<Envelope> refused(String sink, Envelope event, Reason reason, String detail);
}
