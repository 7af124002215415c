/**
 * What the operator wrote, as records that are valid once they exist. The door is {@link
 * dev.hookbridge.config.Config}.
 */
@NullMarked
package dev.hookbridge.config;

import org.jspecify.annotations.NullMarked;
