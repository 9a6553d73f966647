/**
 * The HTTP contract on Jetty: parses, refuses, hands on, renders. Decides nothing about data. Start with {@link io.quorate.node.http.Router}.
 */
@NullMarked
package io.quorate.node.http;

import org.jspecify.annotations.NullMarked;
