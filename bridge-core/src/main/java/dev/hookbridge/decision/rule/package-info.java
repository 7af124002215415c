/** Rules and conditions: which calls need a decision, and what a reply must say. It asks nobody. */
@NullMarked
package dev.hookbridge.decision.rule;

import org.jspecify.annotations.NullMarked;
