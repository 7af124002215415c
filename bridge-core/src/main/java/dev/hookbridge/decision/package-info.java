/**
 * Decides gated calls: a hook waits at the shim while deciders are asked over a broker.
 *
 * <pre>
 * shim ─request─► GateSocket ─► GateRequestHandler ─► RequestDispatcher ─► ChannelSupervisor
 *      ◄answer──      │ one thread                        │ a pool               │
 *                     │                                   │               DecisionChannel
 *                     └──────── PendingDecision ◄─────────┴─ Replies ◄──────── broker, deciders
 * </pre>
 *
 * <p>{@code gate} knows {@code request}, which knows {@code rule}; this package joins them. The
 * entry point is {@link dev.hookbridge.decision.Decisions}. A {@link
 * dev.hookbridge.decision.rule.Rule} says which calls are asked about; the shim reads the rules
 * from the {@link dev.hookbridge.decision.gate.GatesFile}. Nothing here waits for a disk or for
 * delivery, and delivery waits for nothing here.
 */
@NullMarked
package dev.hookbridge.decision;

import org.jspecify.annotations.NullMarked;
