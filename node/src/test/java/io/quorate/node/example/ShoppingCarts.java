package io.quorate.node.example;

import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.data.Context;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Sibling;
import io.quorate.client.error.LevelNotReachedException;
import io.quorate.client.error.UnavailableException;
import io.quorate.ring.consistency.ConsistencyLevel;
import java.util.Set;
import java.util.TreeSet;

/**
 * Shopping carts that lose nothing: whatever two shoppers put in at the same time, on whichever sides of a broken network,
 * is in the cart when it is read again.
 */
final class ShoppingCarts {
    private final LeaderlessView carts;

    ShoppingCarts(QuorateClient client) {
        this.carts = client.bucket("carts").at(ConsistencyLevel.QUORUM);
    }

    /** A cart and what its reader has seen, to be handed back with the next write. */
    record Cart(Set<String> items, Context seen) {}

    /** Reads a cart. Versions that were written without knowing of each other are merged by what they mean: all items. */
    Cart read(String owner) {
        ReadResult result = carts.get(owner);
        Set<String> items = new TreeSet<>();
        for (Sibling version : result.siblings()) {
            version.value().toUtf8().lines().forEach(items::add);
        }
        return new Cart(items, result.context());
    }

    /** Adds an item: reads, merges, writes with the context of the read, so that the write replaces what was read. */
    void add(String owner, String item) {
        Cart cart = read(owner);
        cart.items().add(item);
        try {
            carts.put(owner, String.join("\n", cart.items()), cart.seen());
        } catch (UnavailableException e) {
            throw new IllegalStateException("nothing was written; try again later", e);
        } catch (LevelNotReachedException e) {
            // It may have been written. Adding is harmless to repeat, so repeat it.
            carts.put(owner, String.join("\n", cart.items()), cart.seen());
        }
    }

    /** Empties a cart of what its reader has seen; an item added meanwhile stays. */
    void checkOut(String owner, Cart cart) {
        carts.delete(owner, cart.seen());
    }
}
