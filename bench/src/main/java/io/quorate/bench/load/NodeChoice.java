package io.quorate.bench.load;

/** Which of the run's nodes one client asks, as an index of {@link LoadSettings#endpoints()}. Not thread-safe. */
interface NodeChoice {
    int nodeFor(int key);

    /** The node took no connection: ask another one next. */
    void refused(int node);

    /** Keeps to one node, and goes on to the next one if it is refused. */
    static NodeChoice spread(int client, int nodes) {
        return new NodeChoice() {
            private int current = client % nodes;

            @Override
            public int nodeFor(int key) {
                return current;
            }

            @Override
            public void refused(int node) {
                current = (current + 1) % nodes;
            }
        };
    }

    /** The first home of the key that has not refused; once all homes have, they are tried anew. */
    static NodeChoice homes(HomeTable table) {
        return new NodeChoice() {
            private final boolean[] down = new boolean[table.endpoints().size()];

            @Override
            public int nodeFor(int key) {
                int[] homes = table.homesOf(key);
                for (int home : homes) {
                    if (!down[home]) {
                        return home;
                    }
                }
                for (int home : homes) {
                    down[home] = false;
                }
                return homes[0];
            }

            @Override
            public void refused(int node) {
                down[node] = true;
            }
        };
    }
}
