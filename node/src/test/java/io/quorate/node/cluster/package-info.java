/** Whole clusters in one JVM, with nodes and links taken away and given back. */
@NullMarked
package io.quorate.node.cluster;

import org.jspecify.annotations.NullMarked;
