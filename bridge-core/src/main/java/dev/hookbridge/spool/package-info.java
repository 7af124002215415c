/**
 * Envelopes are numbered, made durable and kept until every sink's broker has them. The entry point
 * is {@link dev.hookbridge.spool.Spool}. Another process, such as a command, uses {@link
 * dev.hookbridge.spool.SpoolView} while the agent runs.
 *
 * <pre>
 * Spool                the entry point; one lock, one connection that writes
 *   ├ SpoolFile        the folder: lock, permissions, creation, damage, epochs
 *   ├ SpoolState       the state in memory, which follows the database: numbers, cursors, ids
 *   │   └ Transaction  the changes that the current transaction makes to it
 *   ├ Events, DroppedEvents, DeadLetters    one table each
 *   ├ ObjectKeys       the last key of each guest and network
 *   ├ DiskBudget       the operator's limit, and what is dropped when it is reached
 *   ├ Readers          short reads, one connection per reader at a time
 *   └ Wal              keeps the write-ahead log small
 * </pre>
 */
@NullMarked
package dev.hookbridge.spool;

import org.jspecify.annotations.NullMarked;
