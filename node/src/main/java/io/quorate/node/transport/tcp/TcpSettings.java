package io.quorate.node.transport.tcp;

import io.quorate.node.serial.FrameCodec;
import io.quorate.node.transport.Transport.Lane;

/**
 * Bounds and times of a {@link TcpTransport}.
 *
 * @param eventLoops threads for the connections to all peers, from 1 to 16
 * @param dataQueueBytes what may wait for one peer on the data lane; beyond it frames are dropped
 * @param controlQueueBytes the same for the control lane
 * @param connectMillis after so long without an answer an attempt to connect is given up
 * @param greetingMillis after so long without a whole greeting a connection is closed, at either end
 * @param silenceMillis a connection on which a question goes unanswered for so long is closed and opened anew
 * @param backoffMinMillis the pause after the first of several failures; each further one doubles it
 * @param backoffMaxMillis its bound
 * @param strangersMax incoming connections that have not greeted yet; beyond it the oldest is closed
 */
public record TcpSettings(
        int eventLoops,
        int dataQueueBytes,
        int controlQueueBytes,
        int connectMillis,
        int greetingMillis,
        int silenceMillis,
        int backoffMinMillis,
        int backoffMaxMillis,
        int strangersMax) {
    /** The longest frame that is sent or taken. */
    public static final int FRAME_MAX = FrameCodec.SEALED_MAX;

    public static final TcpSettings DEFAULT = new TcpSettings(1, 32 << 20, 4 << 20, 1_000, 1_000, 2_000, 50, 500, 64);

    public TcpSettings {
        within("event-loops", eventLoops, 1, 16);
        within("data-queue", dataQueueBytes, 2 * FRAME_MAX, 1 << 30);
        within("control-queue", controlQueueBytes, 2 * FRAME_MAX, 1 << 30);
        within("connect-timeout", connectMillis, 10, 60_000);
        within("greeting-timeout", greetingMillis, 10, 60_000);
        within("silence", silenceMillis, 100, 60_000);
        within("backoff-min", backoffMinMillis, 1, 60_000);
        within("backoff-max", backoffMaxMillis, backoffMinMillis, 60_000);
        within("strangers", strangersMax, 1, 65_536);
    }

    private static void within(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "links.tcp." + what + " = " + value + ": must be from " + min + " to " + max);
        }
    }

    int queueBytes(Lane lane) {
        return lane == Lane.CONTROL ? controlQueueBytes : dataQueueBytes;
    }

    /** How often connections are looked after. */
    int lookMillis() {
        return Math.max(10, Math.min(250, Math.min(silenceMillis / 4, greetingMillis / 2)));
    }
}
