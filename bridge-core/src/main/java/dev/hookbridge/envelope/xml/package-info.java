/**
 * Reads hostile XML once, within bounds: redacts it, writes it again and fills the summary. The
 * entry point is {@link dev.hookbridge.envelope.xml.XmlPass}.
 */
@NullMarked
package dev.hookbridge.envelope.xml;

import org.jspecify.annotations.NullMarked;
