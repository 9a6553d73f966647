package io.quorate.node.transport.tcp;

import com.google.common.collect.ImmutableList;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;

/** One side of a connection by hand, to say what no node would. */
final class RawPeer implements AutoCloseable {
    private final Socket socket;

    private RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(10_000);
    }

    static RawPeer connect(int port) throws IOException {
        return new RawPeer(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    static RawPeer of(Socket accepted) throws IOException {
        return new RawPeer(accepted);
    }

    OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    InputStream in() throws IOException {
        return socket.getInputStream();
    }

    RawPeer say(byte[] bytes) throws IOException {
        out().write(bytes);
        return this;
    }

    RawPeer greet(String cluster, NodeId from, NodeId to, Lane lane) throws IOException {
        return greet(new Birth(cluster, TcpRig.PARTITIONS, TcpRig.REPLICAS), from, to, lane);
    }

    RawPeer greet(Birth birth, NodeId from, NodeId to, Lane lane) throws IOException {
        return say(greeting(birth, from, to, lane));
    }

    /** Of a node that listens nowhere. */
    static byte[] greeting(Birth birth, NodeId from, NodeId to, Lane lane) {
        return greeting(birth, from, to, 1, lane);
    }

    static byte[] greeting(Birth birth, NodeId from, NodeId to, long boot, Lane lane) {
        return new Greeting(birth, from, to, boot, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), lane)
                .encode();
    }

    /** What a node answers that lets the caller in. */
    static byte[] welcome(NodeId from, long boot) {
        return new Greeting.Answer(
                        true,
                        from,
                        boot,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                        "",
                        ImmutableList.of())
                .encode();
    }

    Greeting.Answer answer() throws IOException {
        return Greeting.Answer.decode(whole());
    }

    Greeting greeting() throws IOException {
        return Greeting.decode(whole());
    }

    private byte[] whole() throws IOException {
        byte[] head = in().readNBytes(Greeting.HEAD);
        int length = (head[6] & 0xff) << 8 | (head[7] & 0xff);
        byte[] all = Arrays.copyOf(head, Greeting.HEAD + length);
        in().readNBytes(all, Greeting.HEAD, length);
        return all;
    }

    /** Whether the other side ends the connection, by a good-bye or a reset, within ten seconds. */
    boolean isClosed() throws IOException {
        try {
            in().readAllBytes();
            return true;
        } catch (java.net.SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
