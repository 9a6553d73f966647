package io.quorate.bench.chaos;

import java.util.List;
import java.util.Map;

/** Clients that go on whatever happens, put down all that they are told, and can say in the end what of it is not so. */
interface Load extends AutoCloseable {
    /** Ends the clients; requests in flight end by their deadlines. */
    void stop() throws InterruptedException;

    /** Reads every key once, each until there is an answer; what has none is told. For a cluster that is being let alone. */
    List<String> readAll() throws InterruptedException;

    /** What a cluster that is left to itself comes to, to follow "until". */
    String goal();

    /** What is not there yet of that goal, some of it; looks once. Only after the end of the clients. */
    List<String> unsettled() throws InterruptedException;

    /** What does not fit of all that the clients were told. Only when nothing is unsettled. */
    List<String> check() throws InterruptedException;

    /** What was looked into, by name. */
    Map<String, Long> counts();

    /** The clients, and the errors that they got. */
    Crew crew();

    @Override
    void close();
}
