/**
 * What all commands share: common options, one line of output, errors as one sentence, the version.
 */
@NullMarked
package dev.hookbridge.command;

import org.jspecify.annotations.NullMarked;
