/**
 * The data and bucket commands of the command line. Start with {@link io.quorate.client.cli.ClientCommands}.
 */
@NullMarked
package io.quorate.client.cli;

import org.jspecify.annotations.NullMarked;
