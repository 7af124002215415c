/**
 * {@code hookbridge decide}: a decision service. It reads requests from a broker, gets the answer
 * from a program or uses a fixed one, and replies.
 */
@NullMarked
package dev.hookbridge.decider;

import org.jspecify.annotations.NullMarked;
