/**
 * Listens to libvirt, for what no hook tells: what happens to guests while they run, definitions,
 * panics, and which guests there are.
 *
 * <pre>
 * libvirtd ─ read-only socket ─► LibvirtConnection ─► Link ─┬─► EventDecoder ─► ObservedEvent
 *            (one per driver)                               └─► GuestLister  ─► GuestList
 * </pre>
 *
 * <p>Each driver has a {@code Link}, a thread of its own. Nothing else waits for it, so a daemon
 * that hangs or sends nonsense harms nobody. The entry point is {@link
 * dev.hookbridge.observer.Observer}. This package knows libvirt's words and numbers. It knows
 * neither the mailbox nor the spool.
 */
@NullMarked
package dev.hookbridge.observer;

import org.jspecify.annotations.NullMarked;
