/** A call's file becomes a {@link dev.hookbridge.mailbox.HookCall}. */
@NullMarked
package dev.hookbridge.mailbox;

import org.jspecify.annotations.NullMarked;
