package io.quorate.node.protocol.request;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.version.CausalContext;
import org.jspecify.annotations.Nullable;

/** What a client asks about one key. {@code need} is the number of home replicas whose answers the level takes. */
public sealed interface KeyRequest {
    KeyAddress address();

    int need();

    /** The same with a request id that homes remember, so that two of them take it for one; itself if it changes nothing. */
    default KeyRequest keyed() {
        return this;
    }

    record Get(KeyAddress address, int need) implements KeyRequest {}

    /**
     * A write.
     *
     * @param seen what the writer has seen: exactly that is replaced
     * @param request the idempotency key of this write
     */
    record Put(KeyAddress address, int need, CausalContext seen, Bytes value, String contentType, RequestId request)
            implements KeyRequest {
        @Override
        public Put keyed() {
            return request.explicit() ? this : new Put(address, need, seen, value, contentType, request.remembered());
        }
    }

    /**
     * A delete.
     *
     * @param seen what is removed; null for whatever a read at this level sees (rule V4)
     */
    record Delete(KeyAddress address, int need, @Nullable CausalContext seen, RequestId request) implements KeyRequest {
        @Override
        public Delete keyed() {
            return request.explicit() ? this : new Delete(address, need, seen, request.remembered());
        }
    }

    /** Asks every replica and changes nothing. */
    record Explain(KeyAddress address) implements KeyRequest {
        @Override
        public int need() {
            return address.n();
        }
    }

    /**
     * The name of a write, by which a retry is told from a new write.
     *
     * @param value 1 to 64 bytes
     * @param explicit whether homes remember it: the client gave it, so that a retry may come by any way and after minutes,
     *     or the write goes to nodes that did not take it from the client
     */
    record RequestId(Bytes value, boolean explicit) {
        private RequestId remembered() {
            return new RequestId(value, true);
        }
    }
}
