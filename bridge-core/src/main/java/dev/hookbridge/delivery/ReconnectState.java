package dev.hookbridge.delivery;

import dev.hookbridge.spool.DeadLetters;
import java.util.HashMap;
import java.util.Map;

/**
 * The state that a sink worker keeps from one sink to the next. Only the sink worker's thread uses
 * it.
 */
final class ReconnectState {
  /** How far single events were reduced because the broker refused them, by sequence number. */
  final Map<Long, Reduction.Step> steps = new HashMap<>();

  /** The events that had no route. */
  final Routes routes;

  /** Tests whether dead letters have a route again. */
  final RouteProbe probe;

  /** The number of events to send one at a time. */
  int suspects;

  ReconnectState(SinkOptions options, DeadLetters deadLetters) {
    this.routes = new Routes(options.retry());
    this.probe = new RouteProbe(options, deadLetters, routes);
  }
}
