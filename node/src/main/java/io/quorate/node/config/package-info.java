/**
 * The settings of a node, read and checked before anything starts. Start with {@link io.quorate.node.config.NodeConfig}.
 */
@NullMarked
package io.quorate.node.config;

import org.jspecify.annotations.NullMarked;
