/**
 * Joins the rooms: builds them, starts them in the order of an event's way, and stops them in
 * reverse. The whole way can be read in {@link dev.hookbridge.agent.Agent} and {@code Intake}.
 */
@NullMarked
package dev.hookbridge.agent;

import org.jspecify.annotations.NullMarked;
