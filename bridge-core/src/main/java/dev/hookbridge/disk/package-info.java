/** What several packages need to make changes on a disk durable. */
@NullMarked
package dev.hookbridge.disk;

import org.jspecify.annotations.NullMarked;
