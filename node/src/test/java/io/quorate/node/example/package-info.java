/** What a program that uses the store looks like. Start with {@link io.quorate.node.example.ShoppingCarts}. */
@NullMarked
package io.quorate.node.example;

import org.jspecify.annotations.NullMarked;
