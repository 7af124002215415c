/**
 * The client side of libvirt's RPC protocol on a Unix socket, as far as the observer needs it:
 * framing, XDR, calls and their errors, keepalive. libvirt promises that messages of this protocol
 * never change and lets applications write clients of their own (libvirt.org, "Support
 * guarantees"). The daemon is not trusted: every length is checked before memory is used for it.
 *
 * <p>The entry point is {@link dev.hookbridge.observer.rpc.LibvirtConnection}. This package knows
 * no other package.
 */
@NullMarked
package dev.hookbridge.observer.rpc;

import org.jspecify.annotations.NullMarked;
