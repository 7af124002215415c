/**
 * The commands for the agent, the spool and the hooks, one class each. A command parses its
 * arguments, calls one entry point, and prints the result. {@code check}, {@code doctor} and {@code
 * decide} have their own packages. The process starts in {@link dev.hookbridge.cli.Main}.
 */
@NullMarked
package dev.hookbridge.cli;

import org.jspecify.annotations.NullMarked;
