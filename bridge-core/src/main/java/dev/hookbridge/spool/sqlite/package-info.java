/**
 * The SQLite library, its connection and its files: opening, errors, write-ahead log, permissions.
 * This package knows no table.
 */
@NullMarked
package dev.hookbridge.spool.sqlite;

import org.jspecify.annotations.NullMarked;
