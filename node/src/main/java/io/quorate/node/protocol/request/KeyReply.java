package io.quorate.node.protocol.request;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import org.jspecify.annotations.Nullable;

/** What a client is answered about one key. */
public sealed interface KeyReply {
    /** The merged state: its context covers what is shown. */
    record ReadDone(KeyState state, Reached reached) implements KeyReply {}

    /**
     * The write stands at its level.
     *
     * @param context the request's, with the new dot beside it
     * @param digest of the live versions at the coordinator after the write
     */
    record WriteDone(CausalContext context, long digest, Reached reached) implements KeyReply {}

    /**
     * An error of the contract.
     *
     * @param context what the caller needs to go on (the siblings to resolve), or null
     */
    record Refused(
            ErrorCode code,
            @Nullable Outcome outcome,
            String detail,
            int need,
            int acked,
            ImmutableList<ReplicaResult> replicas,
            @Nullable CausalContext context)
            implements KeyReply {
        public static Refused of(ErrorCode code, Outcome outcome, String detail) {
            return new Refused(code, outcome, detail, 0, 0, ImmutableList.of(), null);
        }
    }

    /** One line per replica, and what a read of all of them would merge to and repair. */
    record Explained(ImmutableList<Explanation> replicas, KeyState merged, ImmutableList<NodeId> repair)
            implements KeyReply {}

    /**
     * What one replica says of a key.
     *
     * @param stamps of the versions, in the order of their dots
     * @param micros from asking to its answer, as the coordinator saw it
     */
    record Explanation(
            NodeId node, String result, ImmutableList<Dot> dots, ImmutableList<HybridTime> stamps, long micros) {
        /** A replica that told of no version. */
        public static Explanation without(NodeId node, String result, long micros) {
            return new Explanation(node, result, ImmutableList.of(), ImmutableList.of(), micros);
        }
    }

    /**
     * The guarantee that was really reached.
     *
     * @param acked replicas whose answer had arrived when the reply left; durable ones for a write
     * @param homes those of them that are home replicas
     * @param hinted other nodes among them that stood in for a home
     * @param repaired replicas that this read brought up to date before its reply
     */
    record Reached(
            int need,
            int acked,
            int homes,
            int hinted,
            int repaired,
            int siblings,
            ImmutableList<ReplicaResult> replicas) {
        /** A level that was reached by homes alone. */
        public Reached(
                int need, int acked, int homes, int repaired, int siblings, ImmutableList<ReplicaResult> replicas) {
            this(need, acked, homes, 0, repaired, siblings, replicas);
        }

        public Reached withSiblings(int count) {
            return new Reached(need, acked, homes, hinted, repaired, count, replicas);
        }
    }

    /** What became of a request at one replica: {@code acked hinted timeout unreachable overloaded
     * error disk-full}. */
    record ReplicaResult(NodeId node, String result, long micros) {}
}
