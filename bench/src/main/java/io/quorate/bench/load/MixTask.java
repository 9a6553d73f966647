package io.quorate.bench.load;

/**
 * Puts and gets in a given ratio: puts over the client's own keys, gets over all keys, chosen by the same popularity of
 * ranks: with Zipf's law the first keys of every client's share are the most written ones, and the first keys of all the
 * most read ones.
 */
final class MixTask implements ClientTask {
    private final LoadClient client;
    private final int readPercent;
    private final int keys;
    private final KeyPopularity popularity;
    private final Pace pace;

    MixTask(LoadClient client, int readPercent, int keys, KeyPopularity popularity, Pace pace) {
        this.client = client;
        this.readPercent = readPercent;
        this.keys = keys;
        this.popularity = popularity;
        this.pace = pace;
    }

    @Override
    public boolean step(Tally tally) {
        boolean read = client.random().nextInt(100) < readPercent;
        int key = read
                ? popularity.draw(client.random(), keys)
                : client.share()
                        .keyAt(popularity.draw(client.random(), client.share().size()));
        long due = pace.awaitTurn();
        if (due == Pace.OVER) {
            return false;
        }
        client.perform(read ? Operation.GET : Operation.PUT, key, due, tally);
        return true;
    }
}
