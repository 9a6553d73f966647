package io.quorate.bench.local;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What has to be put away at the end, however a command ends: by {@link #close} as a rule, and by the process's own end if
 * it is told to end before (Ctrl-C, SIGTERM).
 */
public final class AtExit {
    private final AtomicBoolean done = new AtomicBoolean();
    private final Runnable action;
    private final Thread hook;

    private AtExit(Runnable action) {
        this.action = action;
        this.hook = new Thread(
                () -> {
                    System.err.println("quorate: ended before its time; nothing is reported");
                    once();
                },
                "at-exit");
    }

    /** Has something put away exactly once; it may come from another thread than the one that uses it. */
    public static AtExit run(Runnable action) {
        AtExit atExit = new AtExit(action);
        Runtime.getRuntime().addShutdownHook(atExit.hook);
        return atExit;
    }

    private void once() {
        if (done.compareAndSet(false, true)) {
            action.run();
        }
    }

    /** Puts it away now. */
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already, and the hook does it.
        }
        once();
    }
}
