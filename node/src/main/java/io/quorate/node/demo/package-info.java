/**
 * Several nodes in one JVM, for a first try, for lessons and for tests. Start with {@link io.quorate.node.demo.DemoCluster}.
 */
@NullMarked
package io.quorate.node.demo;

import org.jspecify.annotations.NullMarked;
