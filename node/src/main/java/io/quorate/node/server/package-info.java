/**
 * A node as a process of its own: its configuration file, what the environment adds to it, and the commands that check it
 * and start the node. Start with {@link io.quorate.node.server.ServerCommand} and {@link io.quorate.node.server.Setting}.
 */
@NullMarked
package io.quorate.node.server;

import org.jspecify.annotations.NullMarked;
