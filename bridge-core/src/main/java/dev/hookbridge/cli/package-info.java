/**
 * The commands, one class each. They read arguments, call one door, and print; {@link
 * dev.hookbridge.cli.Main} is where the process begins.
 */
@NullMarked
package dev.hookbridge.cli;

import org.jspecify.annotations.NullMarked;
