/**
 * {@code hookbridge check}: whether configuration, folders, ports, rules and brokers would work. It
 * changes nothing.
 */
@NullMarked
package dev.hookbridge.check;

import org.jspecify.annotations.NullMarked;
