/**
 * The gate: the socket on which hooks wait, and the directory with the rules that hooks read. The
 * entry point is {@link dev.hookbridge.decision.gate.GateSocket}.
 */
@NullMarked
package dev.hookbridge.decision.gate;

import org.jspecify.annotations.NullMarked;
