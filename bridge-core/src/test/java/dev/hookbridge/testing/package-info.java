/**
 * Classes that tests of every module share: real brokers from one factory, the path of the
 * repository, and one way to report a missing prerequisite.
 */
@NullMarked
package dev.hookbridge.testing;

import org.jspecify.annotations.NullMarked;
