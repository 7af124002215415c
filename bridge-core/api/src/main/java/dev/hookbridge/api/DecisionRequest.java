package dev.hookbridge.api;

import java.time.Duration;

/**
 * A request to the deciders.
 *
 * @param correlation 128 random bits as 32 lower-case hex digits; it identifies the reply
 * @param rule the rule's name, {@code [a-z][a-z0-9-]{0,62}}
 * @param event the event {@code decision.requested}; its {@link Envelope#route()} is the route of
 *     the hook event in question
 * @param expiry how long an answer is useful, from now on
 */
public record DecisionRequest(String correlation, String rule, Envelope event, Duration expiry) {}
