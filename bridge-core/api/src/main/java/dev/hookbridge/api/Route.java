package dev.hookbridge.api;

/**
 * The words by which an event is filtered and routed: {@code driver.operation.suboperation} of a
 * hook, and the object's raw name. The agent's own events have the driver {@code agent}, their name
 * as operation, and the host as object.
 *
 * <p>Driver and operation are words that libvirt is known to use, or {@code unknown}. A guest's
 * owner chooses the object's name, so a transport must escape it.
 */
public record Route(String driver, String operation, String suboperation, String object) {
  /** The driver of the agent's own events, which always pass a filter. */
  public static final String AGENT = "agent";

  /** The route of an event that was read from a broker: its words are not sent. */
  public static final Route UNKNOWN = new Route("unknown", "unknown", "-", "");

  /** Returns whether this is the route of one of the agent's own events. */
  public boolean isAgent() {
    return driver.equals(AGENT);
  }
}
