package dev.hookbridge.api;

import java.time.Duration;

/**
 * One question to the deciders.
 *
 * @param correlation 128 random bits as 32 lower-case hex digits: what a reply is known by
 * @param rule the rule's name, {@code [a-z][a-z0-9-]{0,62}}
 * @param event the event {@code decision.requested}; its {@link Envelope#route()} is that of the
 *     hook event it asks about
 * @param expiry how long an answer is of any use, counted from now
 */
public record DecisionRequest(String correlation, String rule, Envelope event, Duration expiry) {}
