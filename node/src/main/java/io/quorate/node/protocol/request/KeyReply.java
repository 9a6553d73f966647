package io.quorate.node.protocol.request;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import org.jspecify.annotations.Nullable;

/** What a client is answered about one key. */
public sealed interface KeyReply {
    /** Where an answer of a leader bucket comes from; null for others. */
    default @Nullable Standing standing() {
        return null;
    }

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
     * @param present the version of a leader bucket's key that stood in the way, or null
     * @param standing where the log of a leader bucket's group decided this; null if it did not
     */
    record Refused(
            ErrorCode code,
            @Nullable Outcome outcome,
            String detail,
            int need,
            int acked,
            ImmutableList<ReplicaResult> replicas,
            @Nullable CausalContext context,
            @Nullable VersionTag present,
            @Nullable Standing standing)
            implements KeyReply {
        /** An error that has nothing to say of a version in a leader bucket. */
        public Refused(
                ErrorCode code,
                @Nullable Outcome outcome,
                String detail,
                int need,
                int acked,
                ImmutableList<ReplicaResult> replicas,
                @Nullable CausalContext context) {
            this(code, outcome, detail, need, acked, replicas, context, null, null);
        }

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

    /**
     * What a read of a leader bucket found.
     *
     * @param value null if the key has none
     */
    record LedRead(@Nullable Version value, Standing standing) implements KeyReply {
        /** The tag of what was found; null if nothing was. */
        public @Nullable VersionTag tag() {
            return value == null ? null : LedVersions.tagOf(value.dot());
        }
    }

    /** A write of a leader bucket stands at its level; {@code tag} is that of the version it made. */
    record LedWritten(VersionTag tag, Standing standing) implements KeyReply {}

    /**
     * Where an answer of a leader bucket comes from.
     *
     * @param leads whether the leader gave it
     * @param leader as the answering node knows it; null for none
     * @param term the answering node's
     * @param seen the last entry of the log that it saw
     * @param level that was reached
     * @param lagMillis how old what it saw may be; 0 if it is the newest, the highest number if nothing is known
     */
    record Standing(boolean leads, @Nullable NodeId leader, long term, VersionTag seen, String level, long lagMillis) {
        public long index() {
            return seen.index();
        }
    }

    /** What every member of a key's group has of it. */
    record LedExplained(@Nullable NodeId leader, long term, ImmutableList<Held> members) implements KeyReply {}

    /**
     * What one member has of a key.
     *
     * @param result {@code value absent error timeout}
     * @param applied up to where it has applied the log; -1 if it has not said
     */
    record Held(NodeId node, String result, @Nullable VersionTag tag, long applied, long micros) {}

    /** This node does not lead the key's group, and has done nothing; who may, if that is known. For other nodes only. */
    record NotLed(@Nullable NodeId leader) implements KeyReply {}
}
