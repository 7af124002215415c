/**
 * Envelopes are numbered, made durable and kept until every sink's broker has them. The door is
 * {@link dev.hookbridge.spool.Spool}; {@link dev.hookbridge.spool.SpoolView} is the door for
 * another process, such as a command, while the agent runs.
 *
 * <pre>
 * Spool            the door; one lock, one writing connection
 *   ├ SpoolFile    the folder: lock, permissions, creation, damage, epochs
 *   ├ Ledger       a transaction, and memory that follows it: numbers, cursors, forgotten ids
 *   │   └ Change   what the transaction under way does to them
 *   ├ Events Drops DeadLetters    one table each
 *   ├ ObjectKeys         which key a guest's or network's events had last
 *   ├ Bound        what the operator allows, and what goes when it is reached
 *   ├ Readers      short reads, one connection per reader at a time
 *   └ Wal          keeps the write-ahead log small
 * </pre>
 */
@NullMarked
package dev.hookbridge.spool;

import org.jspecify.annotations.NullMarked;
