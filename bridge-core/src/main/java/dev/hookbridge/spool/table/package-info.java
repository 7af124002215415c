/** The tables of the spool, one class for each, and the values in them. Each row has a checksum. */
@NullMarked
package dev.hookbridge.spool.table;

import org.jspecify.annotations.NullMarked;
