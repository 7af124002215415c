/**
 * Decides gated calls: a hook waits at the shim while deciders are asked over a broker.
 *
 * <pre>
 * shim ─ask─► GateSocket ─► Reception ─► Desk ─► Line ─► DecisionChannel ─► a broker ─► deciders
 *     ◄answer─    │  the one thread      │  pool                                            │
 *                 └──────── Asking ◄─────┴──────────────── Replies ◄──────────────────────────┘
 * </pre>
 *
 * <p>The door is {@link dev.hookbridge.decision.Decisions}. What may be asked is a {@link
 * dev.hookbridge.decision.Rule}; the shim knows the rules by the {@link
 * dev.hookbridge.decision.GatesFile}. Nothing here waits for a disk or for the feed, and the feed
 * waits for nothing here.
 */
@NullMarked
package dev.hookbridge.decision;

import org.jspecify.annotations.NullMarked;
