package io.quorate.node.transport.tcp;

import com.google.common.collect.ImmutableList;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What each side of a connection says first, before any frame: {@code magic u32, version u16, length u16, body, CRC32C u32}
 * with the length of body and checksum. Who opens says who it is and whom it looks for; who accepts answers with an
 * {@link Answer}. A caller that looks for nobody asks who is there, and hangs up when it knows.
 *
 * @param to null to ask who is there
 * @param boot a number that each start of a node draws anew
 * @param at where the caller listens, as far as it knows
 * @param lane what frames will follow; null, as {@code to}, if none
 */
record Greeting(
        Birth birth,
        NodeId from,
        @Nullable NodeId to,
        long boot,
        InetSocketAddress at,
        @Nullable Lane lane) {
    static final int MAGIC = 0x5175_6f72;
    static final int VERSION = 5;
    /** Magic, version and length. */
    static final int HEAD = 8;
    /** The longest greeting, all included. */
    static final int SIZE_MAX = 1024;
    /** The longest answer. */
    static final int ANSWER_MAX = 16 << 10;

    private static final int CLUSTER_MAX = 256;
    private static final int ID_MAX = 128;
    private static final int TEXT_MAX = 512;
    private static final int ADDRESS_MAX = 1 + 16 + 2;
    /** What an answer takes without the members it knows. */
    private static final int ANSWER_LEAST = HEAD + 4 + 1 + 2 + ID_MAX + 8 + ADDRESS_MAX + 2 + TEXT_MAX + 2;

    private static final int KNOWN_MAX = 128;
    private static final int ASK = 2;

    Greeting {
        if ((to == null) != (lane == null)) {
            throw new IllegalArgumentException("who looks for nobody sends no frames");
        }
    }

    /**
     * Who is there, whether the caller may send frames, and if not, why.
     *
     * @param known other members and where they are, as many as there is room for; only for who asks
     */
    record Answer(
            boolean welcome,
            NodeId from,
            long boot,
            InetSocketAddress at,
            String text,
            ImmutableList<AddressBook.Known> known) {
        byte[] encode() {
            ByteSink body = new ByteSink();
            body.flag(welcome).text(from.value()).u64(boot);
            put(body, at);
            body.text(shortened(text));
            ByteSink list = new ByteSink();
            int count = 0;
            for (AddressBook.Known one : known) {
                int before = list.size();
                list.text(one.node().value());
                put(list, one.address());
                if (ANSWER_LEAST + list.size() > ANSWER_MAX || count == KNOWN_MAX) {
                    return sealed(body.varint(count).raw(list.unsafeArray(), 0, before));
                }
                count++;
            }
            return sealed(body.varint(count).raw(list.unsafeArray(), 0, list.size()));
        }

        static Answer decode(byte[] whole) {
            ByteSource in = opened(whole, ANSWER_MAX);
            boolean welcome = in.flag();
            NodeId from = id(in.text(ID_MAX));
            long boot = in.u64();
            InetSocketAddress at = address(in);
            String text = in.text(TEXT_MAX);
            ImmutableList.Builder<AddressBook.Known> known = ImmutableList.builder();
            for (int left = in.count(KNOWN_MAX, 9); left > 0; left--) {
                known.add(new AddressBook.Known(id(in.text(ID_MAX)), address(in)));
            }
            in.end();
            return new Answer(welcome, from, boot, at, text, known.build());
        }

        /** It is for people, so a part of it is better than none. */
        private static String shortened(String text) {
            String cut = text.substring(0, Math.min(text.length(), TEXT_MAX / 4));
            return text.getBytes(StandardCharsets.UTF_8).length <= TEXT_MAX ? text : cut;
        }
    }

    byte[] encode() {
        ByteSink body = new ByteSink();
        body.text(birth.cluster()).u32(birth.partitions()).u16(birth.replicas());
        body.text(from.value()).text(to == null ? "" : to.value()).u64(boot);
        put(body, at);
        return sealed(body.u8(lane == null ? ASK : codeOf(lane)));
    }

    /** Decodes a whole greeting, head included. */
    static Greeting decode(byte[] whole) {
        ByteSource in = opened(whole, SIZE_MAX);
        Birth birth = new Birth(in.text(CLUSTER_MAX), in.u32(), in.u16());
        NodeId from = id(in.text(ID_MAX));
        String to = in.text(ID_MAX);
        long boot = in.u64();
        InetSocketAddress at = address(in);
        int code = in.u8();
        in.end();
        if (code == ASK && to.isEmpty()) {
            return new Greeting(birth, from, null, boot, at, null);
        }
        return new Greeting(birth, from, id(to), boot, at, laneOf(code));
    }

    private static int codeOf(Lane lane) {
        return switch (lane) {
            case CONTROL -> 0;
            case DATA -> 1;
            case GROUP -> 3;
        };
    }

    private static Lane laneOf(int code) {
        return switch (code) {
            case 0 -> Lane.CONTROL;
            case 1 -> Lane.DATA;
            case 3 -> Lane.GROUP;
            default -> throw new DecodeException("lane " + code);
        };
    }

    private static NodeId id(String text) {
        if (!NodeId.isValid(text)) {
            throw new DecodeException("no valid node id");
        }
        return NodeId.of(text);
    }

    private static void put(ByteSink out, InetSocketAddress address) {
        byte[] raw = address.getAddress().getAddress();
        out.u8(raw.length).raw(raw, 0, raw.length).u16(address.getPort());
    }

    private static InetSocketAddress address(ByteSource in) {
        int length = in.u8();
        if (length != 4 && length != 16) {
            throw new DecodeException("an address of " + length + " bytes");
        }
        try {
            InetAddress host = InetAddress.getByAddress(in.raw(length).toByteArray());
            return new InetSocketAddress(host, in.u16());
        } catch (UnknownHostException e) {
            throw new DecodeException("an address of " + length + " bytes");
        }
    }

    private static byte[] sealed(ByteSink body) {
        ByteSink whole = new ByteSink(HEAD + body.size() + 4);
        whole.u32(MAGIC).u16(VERSION).u16(body.size() + 4).raw(body.unsafeArray(), 0, body.size());
        return whole.u32(checksum(whole.unsafeArray(), whole.size())).toByteArray();
    }

    private static ByteSource opened(byte[] whole, int max) {
        if (whole.length < HEAD + 4 || whole.length > max) {
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
