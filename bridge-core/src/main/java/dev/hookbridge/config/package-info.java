/**
 * The operator's configuration, as records that are valid once they exist. The entry point is
 * {@link dev.hookbridge.config.Config}.
 */
@NullMarked
package dev.hookbridge.config;

import org.jspecify.annotations.NullMarked;
