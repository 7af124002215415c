/**
 * The commands of the agent, spool and hooks, one class each. A command reads its arguments, calls
 * one entry point, and prints. {@code check}, {@code doctor} and {@code decide} have packages of
 * their own. The process begins in {@link dev.hookbridge.cli.Main}.
 */
@NullMarked
package dev.hookbridge.cli;

import org.jspecify.annotations.NullMarked;
