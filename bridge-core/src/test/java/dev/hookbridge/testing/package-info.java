/**
 * What tests of every module share: real brokers behind one factory, the place of the repository,
 * and the one way to say that a prerequisite is missing.
 */
@NullMarked
package dev.hookbridge.testing;

import org.jspecify.annotations.NullMarked;
