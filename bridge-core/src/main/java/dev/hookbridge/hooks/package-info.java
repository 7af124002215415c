/**
 * Installs the hook in libvirt's hook directories, and removes it. The entry point is {@link
 * dev.hookbridge.hooks.Installation}.
 *
 * <p>libvirt runs every executable file in a slot. If a hook fails while the daemon starts, libvirt
 * kills every running guest. So this package never writes into a slot. It makes a copy beside the
 * slots, tests it there, and moves it into place with one system call.
 */
@NullMarked
package dev.hookbridge.hooks;

import org.jspecify.annotations.NullMarked;
