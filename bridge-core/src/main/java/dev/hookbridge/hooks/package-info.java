/**
 * Puts the hook where libvirt runs it, and takes it away again. The door is {@link
 * dev.hookbridge.hooks.Installation}.
 *
 * <p>libvirt runs whatever is executable in a slot, and kills every running guest when that fails
 * as its daemon starts. So nothing here ever writes into a slot: a copy is made beside the slots,
 * proved there, and moved in whole by one system call.
 */
@NullMarked
package dev.hookbridge.hooks;

import org.jspecify.annotations.NullMarked;
