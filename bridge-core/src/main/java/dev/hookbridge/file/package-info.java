/**
 * The sink that needs no broker: JSON lines in a file. A transport like any other, it imports the
 * root package only.
 */
@NullMarked
package dev.hookbridge.file;

import org.jspecify.annotations.NullMarked;
