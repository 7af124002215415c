/**
 * The commands, one class each. A command reads its arguments, calls one entry point, and prints.
 * The process begins in {@link dev.hookbridge.cli.Main}.
 */
@NullMarked
package dev.hookbridge.cli;

import org.jspecify.annotations.NullMarked;
