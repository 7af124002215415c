/**
 * {@code hookbridge check}: checks whether configuration, folders, ports, rules and brokers would
 * work. It changes nothing without {@code --create}.
 */
@NullMarked
package dev.hookbridge.check;

import org.jspecify.annotations.NullMarked;
