/**
 * The tables of the spool, one class each, and the values that are stored in them. Each row has a
 * checksum.
 */
@NullMarked
package dev.hookbridge.spool.table;

import org.jspecify.annotations.NullMarked;
