/**
 * Joins the stages: creates them, starts them in the order in which an event passes them, and stops
 * them in reverse order. {@link dev.hookbridge.agent.Agent} and {@code Intake} show the whole
 * pipeline.
 */
@NullMarked
package dev.hookbridge.agent;

import org.jspecify.annotations.NullMarked;
