/**
 * Gives each envelope a sequence number, makes it durable, and keeps it until every sink's broker
 * has it. The entry point is {@link dev.hookbridge.spool.Spool}. Another process, such as a
 * command, uses {@link dev.hookbridge.spool.SpoolView} while the agent runs.
 *
 * <pre>
 * Spool              the entry point; one lock, one connection that writes
 *   ├ SpoolWriter    transactions, and how they handle a failure of the disk
 *   ├ DiskBudget     the operator's limit, and what is dropped when it is reached
 *   ├ PageReader     short reads, one connection per reader at a time
 *   ├ DeadLetters    events that a sink refused
 *   │
 *   ├ repair/        opens the files, saves what is intact of damaged ones
 *   ├ state/         numbers, cursors and epoch in memory; the changes of a transaction
 *   ├ table/         one class per table: events, cursors, dead letters, dropped events
 *   └ sqlite/        connection, files, errors, write-ahead log
 * </pre>
 *
 * <p>Each of these packages knows only those below it.
 */
@NullMarked
package dev.hookbridge.spool;

import org.jspecify.annotations.NullMarked;
