package org.example.policy;

/** A decider's word as hookbridge reads it. */
record Decision(String decision, String reason, String decider) {}
