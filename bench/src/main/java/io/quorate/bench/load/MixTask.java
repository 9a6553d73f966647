package io.quorate.bench.load;

/** Puts and gets in a given ratio: puts over the client's own keys, gets over all keys, both chosen evenly. */
final class MixTask implements ClientTask {
    private final LoadClient client;
    private final int readPercent;
    private final int keys;
    private final Pace pace;

    MixTask(LoadClient client, int readPercent, int keys, Pace pace) {
        this.client = client;
        this.readPercent = readPercent;
        this.keys = keys;
        this.pace = pace;
    }

    @Override
    public boolean step(Tally tally) {
        boolean read = client.random().nextInt(100) < readPercent;
        int key = read
                ? client.random().nextInt(keys)
                : client.share().keyAt(client.random().nextInt(client.share().size()));
        client.perform(read ? Operation.GET : Operation.PUT, key, pace.awaitTurn(), tally);
        return true;
    }
}
