package dev.hookbridge.api;

/**
 * The words by which an event is filtered and routed: {@code driver.operation.suboperation} of a
 * hook and the object's raw name. The agent's own events have the driver {@code agent}, their name
 * as operation and the host as object.
 *
 * <p>Driver and operation are words libvirt is known to use, or {@code unknown}; the object is
 * whatever a guest's owner chose, so a transport escapes it.
 */
public record Route(String driver, String operation, String suboperation, String object) {
  /** The driver word of the agent's own events, which no filter withholds. */
  public static final String AGENT = "agent";

  public boolean isAgent() {
    return driver.equals(AGENT);
  }
}
