/**
 * Rules, conditions and votes: which calls need a decision, and what a reply can say. This package
 * sends no requests.
 */
@NullMarked
package dev.hookbridge.decision.rule;

import org.jspecify.annotations.NullMarked;
