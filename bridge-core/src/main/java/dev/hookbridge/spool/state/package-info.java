/**
 * The state of the spool in memory, which follows the database: numbers, cursors, the epoch. {@link
 * dev.hookbridge.spool.state.HighWater} is the part that is also kept outside the database.
 */
@NullMarked
package dev.hookbridge.spool.state;

import org.jspecify.annotations.NullMarked;
