/**
 * Text and JSON that all packages write: sanitized text for terminals and logs, UUIDs, and a small
 * JSON writer. It knows no other package.
 */
@NullMarked
package dev.hookbridge.text;

import org.jspecify.annotations.NullMarked;
