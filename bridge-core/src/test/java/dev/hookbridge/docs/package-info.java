/**
 * The documents are held to the code: what they list is compared with what there is, what they show
 * is executed. {@link dev.hookbridge.docs.Page} reads them.
 */
@NullMarked
package dev.hookbridge.docs;

import org.jspecify.annotations.NullMarked;
