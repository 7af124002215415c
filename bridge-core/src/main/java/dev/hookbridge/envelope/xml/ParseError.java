package dev.hookbridge.envelope.xml;

/**
 * The reason why stdin could not be read as XML. It never quotes stdin, because invalid XML cannot
 * be redacted.
 *
 * @param line the line, starting at 1
 * @param column the column in characters, starting at 1
 */
public record ParseError(String message, int line, int column) {}
