package io.quorate.node.storage;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.quorate.node.protocol.liveness.Disks;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.nio.charset.StandardCharsets;

/**
 * What a node keeps of its own disk and the others', byte for byte: {@code format u8, own u64, losses varint, recovered
 * varint, former count varint, former u64 each, peer count varint, (name length u8, name, disk u64) each, CRC32C}.
 */
public final class DiskStateCodec {
    private static final int ENTRIES_MAX = 10_000;

    private DiskStateCodec() {}

    public static byte[] encode(Disks.State state) {
        ByteSink out = new ByteSink(128).u8(RecordCodec.FORMAT).u64(state.own());
        out.varint(state.losses())
                .varint(state.recovered())
                .varint(state.former().size());
        state.former().forEach(out::u64);
        out.varint(state.peers().size());
        state.peers().forEach((peer, disk) -> {
            byte[] name = peer.value().getBytes(StandardCharsets.US_ASCII);
            out.u8(name.length).raw(name, 0, name.length).u64(disk);
        });
        return RecordCodec.sealed(out);
    }

    /** Reads it back; a {@link CorruptRecordException} if it is damaged. */
    public static Disks.State decode(byte[] data) {
        try {
            ByteSource in = RecordCodec.opened(data);
            long own = in.u64();
            int losses = count(in);
            int recovered = count(in);
            ImmutableSet.Builder<Long> former = ImmutableSet.builder();
            for (int i = count(in); i > 0; i--) {
                former.add(in.u64());
            }
            ImmutableMap.Builder<NodeId, Long> peers = ImmutableMap.builder();
            for (int i = count(in); i > 0; i--) {
                peers.put(NodeId.of(in.raw(in.u8()).toUtf8()), in.u64());
            }
            in.end();
            return new Disks.State(own, former.build(), losses, recovered, peers.buildOrThrow());
        } catch (DecodeException | IllegalArgumentException e) {
            throw new CorruptRecordException("damaged record of the nodes' disks: " + e.getMessage(), e);
        }
    }

    private static int count(ByteSource in) {
        long value = in.varint();
        if (value < 0 || value > ENTRIES_MAX) {
            throw new DecodeException("count " + value);
        }
        return (int) value;
    }
}
