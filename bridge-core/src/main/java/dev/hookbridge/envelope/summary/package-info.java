/**
 * Collects the summary of a domain, a network or a port while its XML is read. The entry point is
 * {@link dev.hookbridge.envelope.summary.Summary}.
 */
@NullMarked
package dev.hookbridge.envelope.summary;

import org.jspecify.annotations.NullMarked;
