package dev.hookbridge.delivery;

import dev.hookbridge.spool.DeadLetters;
import java.util.HashMap;
import java.util.Map;

/**
 * What a sink worker remembers from one sink to the next. Used by the sink worker's thread alone.
 */
final class ReconnectState {
  /** How far single events were reduced at the broker's word, by number. */
  final Map<Long, Reduction.Step> steps = new HashMap<>();

  /** What has had no route. */
  final Routes routes;

  /** Looks whether dead letters have a route again. */
  final RouteProbe probe;

  /** How many events are to go one at a time. */
  int suspects;

  ReconnectState(SinkOptions plan, DeadLetters letters) {
    this.routes = new Routes(plan.retry());
    this.probe = new RouteProbe(plan, letters, routes);
  }
}
