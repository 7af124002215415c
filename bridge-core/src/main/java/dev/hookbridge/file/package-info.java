/**
 * The transport that needs no broker: JSON lines in a file. Like any other transport it imports
 * only the API package.
 */
@NullMarked
package dev.hookbridge.file;

import org.jspecify.annotations.NullMarked;
