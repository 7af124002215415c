/**
 * Classes that all commands share: common options, output lines, errors as one sentence, the
 * version.
 */
@NullMarked
package dev.hookbridge.command;

import org.jspecify.annotations.NullMarked;
