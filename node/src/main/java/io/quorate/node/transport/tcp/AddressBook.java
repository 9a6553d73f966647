package io.quorate.node.transport.tcp;

import com.google.common.collect.ImmutableList;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.topology.NodeId;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the members are that no configuration says a host of. An address is believed until the connection to it is lost
 * and somebody knows a better one, so that nothing which others say disturbs a connection that works. Safe from any thread.
 *
 * <p>From the weakest to the strongest, an address comes from another node's book ({@link #heardOf}), from the member
 * itself ({@link #said}), or from an answer at that very address ({@link #answered}).
 */
final class AddressBook {
    /** An address of the roster that nodes hand each other. */
    record Known(NodeId node, InetSocketAddress address) {}

    private final Map<NodeId, Entry> entries = new LinkedHashMap<>();
    private final Set<InetSocketAddress> own = new LinkedHashSet<>();
    private final int ownMax;
    private int turn;

    private static final class Entry {
        private @Nullable InetSocketAddress address;
        private @Nullable InetSocketAddress lastMet;
        /** The start of the member that was met at the address, where it is known. */
        private long boot;

        private boolean bootKnown;
        /** No connection to it came about since it was written down. */
        private boolean doubted;

        private final Set<Lane> open = EnumSet.noneOf(Lane.class);

        private boolean isOf(long otherBoot) {
            return bootKnown && boot == otherBoot;
        }

        private void put(InetSocketAddress next) {
            forget();
            address = next;
        }

        private void put(InetSocketAddress next, long bootThere) {
            put(next);
            boot = bootThere;
            bootKnown = true;
        }

        private void forget() {
            address = null;
            bootKnown = false;
            doubted = false;
            open.clear();
        }
    }

    /**
     * An empty one.
     *
     * @param sought the members to keep addresses of
     * @param ownMax how many addresses of this node are kept in mind
     */
    AddressBook(Collection<NodeId> sought, int ownMax) {
        sought.forEach(node -> entries.put(node, new Entry()));
        this.ownMax = ownMax;
    }

    boolean seeks(NodeId node) {
        return entries.containsKey(node);
    }

    /** Where to connect to; null if nobody knows. */
    synchronized @Nullable InetSocketAddress find(NodeId node) {
        Entry entry = entries.get(node);
        return entry == null ? null : entry.address;
    }

    /** The members without a connection. */
    synchronized List<NodeId> missing() {
        List<NodeId> missing = new ArrayList<>();
        entries.forEach((node, entry) -> {
            if (entry.open.isEmpty()) {
                missing.add(node);
            }
        });
        return missing;
    }

    /**
     * A member greets this node and says where it listens. An address at which the same start of it was met stays: it may
     * have several.
     *
     * @return whether that is news
     */
    synchronized boolean said(NodeId node, InetSocketAddress address, long boot) {
        Entry entry = entries.get(node);
        if (entry == null || address.equals(entry.address) || (entry.isOf(boot) && !entry.doubted)) {
            return false;
        }
        vacate(address);
        entry.put(address, boot);
        return true;
    }

    /**
     * Another node says where a member is.
     *
     * @return whether that is news: not if there is an address that has not failed yet
     */
    synchronized boolean heardOf(NodeId node, InetSocketAddress address) {
        Entry entry = entries.get(node);
        if (entry == null
                || !entry.open.isEmpty()
                || address.equals(entry.address)
                || (entry.address != null && !entry.doubted)) {
            return false;
        }
        entry.put(address);
        return true;
    }

    /**
     * A node was asked at an address who it is.
     *
     * @return whether the answer is news: not while the member it names is connected elsewhere
     */
    synchronized boolean answered(InetSocketAddress address, NodeId node, long boot) {
        entries.forEach((other, entry) -> {
            if (!other.equals(node) && entry.open.isEmpty() && address.equals(entry.address)) {
                entry.forget();
            }
        });
        Entry entry = entries.get(node);
        if (entry == null || !entry.open.isEmpty()) {
            return false;
        }
        if (address.equals(entry.address)) {
            boolean news = !entry.isOf(boot);
            entry.put(address, boot);
            return news;
        }
        if (entry.isOf(boot) && !entry.doubted) {
            return false;
        }
        entry.put(address, boot);
        return true;
    }

    /** It was this node that answered there. */
    synchronized void isOwn(InetSocketAddress address) {
        vacate(address);
        if (own.size() < ownMax) {
            own.add(address);
        }
    }

    /** Only one can be there. */
    private void vacate(InetSocketAddress address) {
        entries.values().forEach(entry -> {
            if (entry.open.isEmpty() && address.equals(entry.address)) {
                entry.forget();
            }
        });
    }

    /**
     * A connection to that address is there.
     *
     * @return whether the member was last met elsewhere, or never
     */
    synchronized boolean opened(NodeId node, Lane lane, InetSocketAddress address, long boot) {
        Entry entry = entries.get(node);
        if (entry == null || !address.equals(entry.address)) {
            return false;
        }
        entry.open.add(lane);
        entry.boot = boot;
        entry.bootKnown = true;
        entry.doubted = false;
        boolean news = !address.equals(entry.lastMet);
        entry.lastMet = address;
        return news;
    }

    /** A connection to that address was lost, or none came about. */
    synchronized void lost(NodeId node, Lane lane, InetSocketAddress address) {
        Entry entry = entries.get(node);
        if (entry != null && address.equals(entry.address)) {
            entry.open.remove(lane);
            entry.doubted = entry.open.isEmpty();
        }
    }

    /** Somebody else answered at that address. */
    synchronized void notThere(NodeId node, InetSocketAddress address) {
        Entry entry = entries.get(node);
        if (entry != null && address.equals(entry.address)) {
            entry.forget();
        }
    }

    /** Which of the addresses that were looked up are worth a question: not this node's, nor a connected member's. */
    synchronized List<InetSocketAddress> worthAsking(Collection<InetSocketAddress> found, int max) {
        Set<InetSocketAddress> asked = new LinkedHashSet<>(found);
        asked.removeAll(own);
        entries.values().forEach(entry -> {
            if (entry.address != null && !entry.open.isEmpty()) {
                asked.remove(entry.address);
            }
        });
        return asked.stream().limit(max).toList();
    }

    /** A connected member, in turn, to ask whether it has heard of those that are missing; null if there is none. */
    synchronized @Nullable InetSocketAddress toConsult() {
        List<InetSocketAddress> connected = new ArrayList<>();
        entries.values().forEach(entry -> {
            if (entry.address != null && !entry.open.isEmpty()) {
                connected.add(entry.address);
            }
        });
        return connected.isEmpty() ? null : connected.get(Math.floorMod(turn++, connected.size()));
    }

    /** The members that were met, or have said where they are, for another to read: first those behind it in order. */
    synchronized ImmutableList<Known> met(NodeId reader) {
        ImmutableList.Builder<Known> behind = ImmutableList.builder();
        ImmutableList.Builder<Known> before = ImmutableList.builder();
        entries.forEach((node, entry) -> {
            InetSocketAddress address = entry.address;
            if (address != null && entry.bootKnown && !entry.doubted && !node.equals(reader)) {
                (node.compareTo(reader) > 0 ? behind : before).add(new Known(node, address));
            }
        });
        return behind.addAll(before.build()).build();
    }
}
