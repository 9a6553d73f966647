package io.quorate.node.transport.tcp;

import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * What each side of a connection says first, before any frame: {@code magic u32, version u16, length u16, body, CRC32C u32}
 * with the length of body and checksum. Who opens says who it is and whom it looks for; who accepts answers with an
 * {@link Answer}.
 *
 * @param boot a number that each start of a node draws anew
 */
record Greeting(String cluster, NodeId from, NodeId to, long boot, Lane lane) {
    static final int MAGIC = 0x5175_6f72;
    static final int VERSION = 1;
    /** Magic, version and length. */
    static final int HEAD = 8;
    /** The longest greeting or answer, all included. */
    static final int SIZE_MAX = 1024;

    private static final int CLUSTER_MAX = 256;
    private static final int ID_MAX = 128;
    private static final int TEXT_MAX = 512;

    /** Whether the caller may send frames, and if not, why. */
    record Answer(boolean welcome, long boot, String text) {
        byte[] encode() {
            ByteSink body = new ByteSink();
            body.u8(welcome ? 1 : 0).u64(boot).text(shortened(text));
            return sealed(body);
        }

        static Answer decode(byte[] whole) {
            ByteSource in = opened(whole);
            Answer answer = new Answer(in.flag(), in.u64(), in.text(TEXT_MAX));
            in.end();
            return answer;
        }

        /** It is for people, so a part of it is better than none. */
        private static String shortened(String text) {
            String cut = text.substring(0, Math.min(text.length(), TEXT_MAX / 4));
            return text.getBytes(StandardCharsets.UTF_8).length <= TEXT_MAX ? text : cut;
        }
    }

    byte[] encode() {
        ByteSink body = new ByteSink();
        body.text(cluster).text(from.value()).text(to.value()).u64(boot).u8(codeOf(lane));
        return sealed(body);
    }

    /** Decodes a whole greeting, head included. */
    static Greeting decode(byte[] whole) {
        ByteSource in = opened(whole);
        String cluster = in.text(CLUSTER_MAX);
        NodeId from = id(in.text(ID_MAX));
        NodeId to = id(in.text(ID_MAX));
        long boot = in.u64();
        Lane lane = laneOf(in.u8());
        in.end();
        return new Greeting(cluster, from, to, boot, lane);
    }

    private static int codeOf(Lane lane) {
        return switch (lane) {
            case CONTROL -> 0;
            case DATA -> 1;
        };
    }

    private static Lane laneOf(int code) {
        return switch (code) {
            case 0 -> Lane.CONTROL;
            case 1 -> Lane.DATA;
            default -> throw new DecodeException("lane " + code);
        };
    }

    private static NodeId id(String text) {
        if (!NodeId.isValid(text)) {
            throw new DecodeException("no valid node id");
        }
        return NodeId.of(text);
    }

    private static byte[] sealed(ByteSink body) {
        ByteSink whole = new ByteSink(HEAD + body.size() + 4);
        whole.u32(MAGIC).u16(VERSION).u16(body.size() + 4).raw(body.unsafeArray(), 0, body.size());
        return whole.u32(checksum(whole.unsafeArray(), whole.size())).toByteArray();
    }

    private static ByteSource opened(byte[] whole) {
        if (whole.length < HEAD + 4 || whole.length > SIZE_MAX) {
            throw new DecodeException("greeting of " + whole.length + " bytes");
        }
        ByteSource in = new ByteSource(whole, 0, whole.length - 4);
        if (in.u32() != MAGIC || in.u16() != VERSION || in.u16() != whole.length - HEAD) {
            throw new DecodeException("no greeting of this version");
        }
        if (new ByteSource(whole, whole.length - 4, 4).u32() != checksum(whole, whole.length - 4)) {
            throw new DecodeException("the greeting's checksum does not match");
        }
        return in;
    }

    private static int checksum(byte[] data, int length) {
        CRC32C crc = new CRC32C();
        crc.update(data, 0, length);
        return (int) crc.getValue();
    }
}
