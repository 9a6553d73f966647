package io.quorate.bench.local;

import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Members of a cluster on this machine. */
public final class LocalMembers {
    private LocalMembers() {}

    /** Nodes {@code n1} and so on, each in a zone of its own, at ports that were free a moment ago. */
    public static List<Member> of(int count) throws IOException {
        List<Integer> rows = Ports.free(count);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int port = rows.get(i);
            members.add(new Member(
                    NodeId.of("n" + (i + 1)),
                    "dc1",
                    "z" + (i + 1),
                    1,
                    "http://127.0.0.1:" + port,
                    "127.0.0.1",
                    port + 1,
                    port + 2));
        }
        return members;
    }
}
