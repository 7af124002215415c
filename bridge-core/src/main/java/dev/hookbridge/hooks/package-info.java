/**
 * Installs the hook in libvirt's hook directories, and removes it. The entry point is {@link
 * dev.hookbridge.hooks.Installation}.
 *
 * <p>libvirt runs every executable file in a slot, and kills every running guest if that fails
 * while its daemon starts. So nothing here writes into a slot: a copy is made beside the slots,
 * tested there, and moved into place by one system call.
 */
@NullMarked
package dev.hookbridge.hooks;

import org.jspecify.annotations.NullMarked;
