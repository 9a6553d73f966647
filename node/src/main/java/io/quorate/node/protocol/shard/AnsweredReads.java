package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.message.PeerMessage.ReadReply;
import io.quorate.node.protocol.message.PeerMessage.Status;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads that were answered before every home that was asked had spoken: a late reply that differs from the answer shows a
 * home that lags. The last {@value #READS_MAX} are remembered.
 */
final class AnsweredReads {
    private static final int READS_MAX = 1024;

    private final Map<Long, Long> digests = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
            return size() > READS_MAX;
        }
    };

    void add(long id, long digest) {
        digests.put(id, digest);
    }

    boolean isStale(ReadReply late) {
        Long answered = digests.get(late.id());
        return answered != null && late.status() == Status.OK && late.digest() != answered;
    }
}
