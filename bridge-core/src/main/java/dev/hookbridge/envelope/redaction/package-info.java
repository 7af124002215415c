/**
 * Decides which elements, attributes and texts of an XML document are secrets. {@code
 * docs/events.md} lists them. This package does not read XML itself.
 */
@NullMarked
package dev.hookbridge.envelope.redaction;

import org.jspecify.annotations.NullMarked;
