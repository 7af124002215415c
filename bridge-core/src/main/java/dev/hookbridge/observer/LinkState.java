package dev.hookbridge.observer;

/**
 * The state of the observation of a driver.
 *
 * @param driver the driver as hooks name it
 * @param uri libvirt's name for it
 * @param connected whether the agent hears its events
 * @param guests the number of its guests, 0 for networks
 * @param problem why it does not, in one sentence; empty if there is no problem
 */
public record LinkState(
    String driver, String uri, boolean connected, long guests, String problem) {}
