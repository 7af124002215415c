package dev.hookbridge.delivery;

import dev.hookbridge.Envelope;
import dev.hookbridge.Reason;

/**
 * What a courier tells the rest of the agent. Called on the courier's thread; quick, never throws.
 */
public interface Reports {
  /** An event was parked as a dead letter of a sink. */
  void refused(String sink, Envelope event, Reason reason, String detail);
}
