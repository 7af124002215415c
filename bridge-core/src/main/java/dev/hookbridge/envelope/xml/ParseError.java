package dev.hookbridge.envelope.xml;

/**
 * Why the stdin could not be read as XML. Never quotes it: what does not parse cannot be redacted.
 *
 * @param line counted from 1
 * @param column in characters, counted from 1
 */
public record ParseError(String message, int line, int column) {}
