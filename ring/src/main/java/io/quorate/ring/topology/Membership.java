package io.quorate.ring.topology;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of the ring, sorted by id, without repetition. */
public final class Membership {
    private final List<Member> members;
    private final Map<NodeId, Member> byId;

    public Membership(Collection<Member> members) {
        List<Member> sorted = new ArrayList<>(members);
        sorted.sort(Comparator.comparing(Member::id));
        Map<NodeId, Member> index = new LinkedHashMap<>();
        for (Member member : sorted) {
            if (index.put(member.id(), member) != null) {
                throw new IllegalArgumentException("node " + member.id() + " is listed twice");
            }
        }
        this.members = List.copyOf(sorted);
        this.byId = index;
    }

    public List<Member> members() {
        return members;
    }

    public List<NodeId> ids() {
        return members.stream().map(Member::id).toList();
    }

    public int size() {
        return members.size();
    }

    public @Nullable Member find(NodeId id) {
        return byId.get(id);
    }

    public Member get(NodeId id) {
        Member member = byId.get(id);
        if (member == null) {
            throw new IllegalArgumentException("no member " + id + " among " + ids());
        }
        return member;
    }

    public boolean contains(NodeId id) {
        return byId.containsKey(id);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Membership m && members.equals(m.members);
    }

    @Override
    public int hashCode() {
        return members.hashCode();
    }

    @Override
    public String toString() {
        return members.toString();
    }
}
