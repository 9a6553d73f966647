package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;

final class ConnectionGuardTest {
    private static final int THREADS = 4;

    private static Connection connection(AtomicInteger closed) {
        return (Connection) Proxy.newProxyInstance(
                ConnectionGuardTest.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "close" -> closed.incrementAndGet();
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    default -> throw new AssertionError("a guard has no business calling " + method.getName());
                });
    }

    @Test
    void connectionsThatOpenAtTheSameMomentDoNotShareTheLastPlace() throws Exception {
        int limit = 3;
        ExecutorService selectors = Executors.newFixedThreadPool(THREADS);
        try {
            for (int round = 0; round < 2000; round++) {
                AtomicInteger closed = new AtomicInteger();
                ConnectionGuard guard = new ConnectionGuard(limit, new Server());
                CyclicBarrier together = new CyclicBarrier(THREADS);
                List<Future<?>> opened = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    Connection connection = connection(closed);
                    opened.add(selectors.submit(() -> {
                        together.await();
                        guard.onOpened(connection);
                        return null;
                    }));
                }
                for (Future<?> each : opened) {
                    each.get();
                }
                assertThat(closed).as("round %d", round).hasValue(THREADS - limit);
            }
        } finally {
            selectors.shutdown();
        }
    }

    @Test
    void aPlaceIsFreeAgainOnceItsConnectionIsClosed() {
        AtomicInteger closed = new AtomicInteger();
        ConnectionGuard guard = new ConnectionGuard(1, new Server());
        Connection first = connection(closed);
        Connection refused = connection(closed);
        guard.onOpened(first);
        guard.onOpened(refused);
        guard.onClosed(refused);
        assertThat(closed).hasValue(1);
        guard.onClosed(first);
        guard.onOpened(connection(closed));
        assertThat(closed).hasValue(1);
    }
}
