/**
 * The spool's state in memory: numbers, cursors and the epoch. It follows the database. {@link
 * dev.hookbridge.spool.state.HighWater} is the part that is also stored outside the database.
 */
@NullMarked
package dev.hookbridge.spool.state;

import org.jspecify.annotations.NullMarked;
