/**
 * Decides calls that need a decision: a hook waits at the gate while deciders are asked over a
 * broker.
 *
 * <pre>
 * shim ─request─► GateSocket ─► GateRequestHandler ─► RequestDispatcher ─► ChannelSupervisor
 *      ◄answer──      │ one thread                        │ a pool               │
 *                     │                                   │               DecisionChannel
 *                     └──────── PendingDecision ◄─────────┴─ Replies ◄──────── broker, deciders
 * </pre>
 *
 * <p>{@code gate} uses {@code request}, and {@code request} uses {@code rule}. This package joins
 * them. The entry point is {@link dev.hookbridge.decision.Decisions}. A {@link
 * dev.hookbridge.decision.rule.Rule} selects the calls that need a decision. The shim reads the
 * rules from the {@link dev.hookbridge.decision.gate.GatesFile}. This package never waits for a
 * disk or for delivery, and delivery never waits for this package.
 */
@NullMarked
package dev.hookbridge.decision;

import org.jspecify.annotations.NullMarked;
