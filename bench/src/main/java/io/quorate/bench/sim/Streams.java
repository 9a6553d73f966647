package io.quorate.bench.sim;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** One stream of random numbers for each concern, so that a draw more in one does not shift the others. */
final class Streams {
    final RandomGenerator shape;
    final RandomGenerator network;
    final RandomGenerator disk;
    final RandomGenerator faults;
    final RandomGenerator workload;
    final RandomGenerator names;
    final RandomGenerator clocks;
    final RandomGenerator exchange;
    final RandomGenerator hints;
    final RandomGenerator losses;

    Streams(long seed) {
        RandomGenerator.SplittableGenerator root = (RandomGenerator.SplittableGenerator)
                RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        shape = root.split();
        network = root.split();
        disk = root.split();
        faults = root.split();
        workload = root.split();
        names = root.split();
        clocks = root.split();
        exchange = root.split();
        hints = root.split();
        losses = root.split();
    }
}
