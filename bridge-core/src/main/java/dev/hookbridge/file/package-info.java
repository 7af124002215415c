/**
 * The sink that needs no broker: JSON lines in a file. Like any other transport it imports the root
 * package only.
 */
@NullMarked
package dev.hookbridge.file;

import org.jspecify.annotations.NullMarked;
