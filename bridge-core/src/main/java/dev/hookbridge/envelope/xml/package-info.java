/**
 * Reads hostile XML within bounds, once: redacts it, writes it again and feeds the summary. The
 * entry point is {@link dev.hookbridge.envelope.xml.XmlPass}.
 */
@NullMarked
package dev.hookbridge.envelope.xml;

import org.jspecify.annotations.NullMarked;
