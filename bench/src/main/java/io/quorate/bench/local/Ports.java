package io.quorate.bench.local;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Free ports of this machine, below those that it hands out by itself. */
public final class Ports {
    /** So many in sequence from each of them. */
    private static final int ROW = 16;

    private static final int FIRST = 11_000;
    private static final int LAST = 31_000;
    private static final int TRIES = 200;

    private Ports() {}

    /** The first ports of so many rows of {@value #ROW} that were free a moment ago. */
    public static List<Integer> free(int rows) throws IOException {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < TRIES && found.size() < rows; i++) {
            int first = FIRST + ROW * ThreadLocalRandom.current().nextInt((LAST - FIRST) / ROW);
            if (!found.contains(first) && isFree(first)) {
                found.add(first);
            }
        }
        if (found.size() < rows) {
            throw new IOException("no free ports between " + FIRST + " and " + LAST);
        }
        return found;
    }

    private static boolean isFree(int first) throws IOException {
        List<ServerSocket> taken = new ArrayList<>();
        try {
            for (int port = first; port < first + ROW; port++) {
                taken.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
            }
            return true;
        } catch (BindException e) {
            return false;
        } finally {
            for (ServerSocket socket : taken) {
                socket.close();
            }
        }
    }
}
