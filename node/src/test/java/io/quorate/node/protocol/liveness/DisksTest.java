package io.quorate.node.protocol.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.message.PeerMessage.DiskWord;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DisksTest {
    private static final NodeId N1 = NodeId.of("n1");
    private static final NodeId N2 = NodeId.of("n2");
    private static final NodeId N3 = NodeId.of("n3");
    private static final List<NodeId> MEMBERS = List.of(N1, N2, N3);

    private static final long WAIT = 3_000;
    private static final long ALONE = 1_000 * WAIT;

    private final AtomicLong numbers = new AtomicLong(100);

    private Disks open(NodeId self, Disks.State state) {
        return new Disks(MEMBERS, self, state, WAIT, ALONE, numbers::incrementAndGet, saved -> {});
    }

    private Disks born(NodeId self) {
        return open(self, Disks.State.born(numbers::incrementAndGet));
    }

    /** Each hears what the other says, once; whether {@code to} learns that it has lost a disk. */
    private static boolean ping(NodeId from, Disks sender, NodeId to, Disks receiver) {
        return receiver.heard(from, sender.wordFor(to), 0);
    }

    @Test
    void aNewClusterHasLostNothing() {
        Disks one = born(N1);
        Disks two = born(N2);
        for (int i = 0; i < 3; i++) {
            assertThat(ping(N1, one, N2, two)).isFalse();
            assertThat(ping(N2, two, N1, one)).isFalse();
        }
        assertThat(one.losses().count()).isZero();
        assertThat(one.losses().toldAll()).as("n3 has not been heard").isFalse();
        ping(N3, born(N3), N1, one);
        assertThat(one.losses().toldAll()).as("n3 does not know this disk yet").isFalse();
        Disks three = born(N3);
        ping(N1, one, N3, three);
        ping(N3, three, N1, one);
        assertThat(one.losses().toldAll()).isTrue();
    }

    @Test
    void whoComesBackEmptyIsToldSoAndOnlyOnce() {
        Disks one = born(N1);
        Disks two = born(N2);
        ping(N1, one, N2, two);
        Disks empty = born(N1);
        assertThat(ping(N2, two, N1, empty)).isTrue();
        assertThat(empty.losses().count()).isEqualTo(1);
        assertThat(ping(N2, two, N1, empty)).as("the same again").isFalse();
        assertThat(two.wordFor(N1).yours())
                .as("until it knows")
                .isNotEqualTo(empty.state().own());
        ping(N1, empty, N2, two);
        assertThat(two.wordFor(N1).yours()).isEqualTo(empty.state().own());
        assertThat(ping(N2, two, N1, empty)).isFalse();
        assertThat(empty.losses().count()).isEqualTo(1);
    }

    @Test
    void whoForgetsThatItWasToldIsToldAgain() {
        Disks two = born(N2);
        ping(N1, born(N1), N2, two);
        Disks.State kept = Disks.State.born(numbers::incrementAndGet);
        Disks empty = open(N1, kept);
        assertThat(ping(N2, two, N1, empty)).isTrue();
        // It ends before it could answer, and its disk has not forgotten.
        Disks again = open(N1, empty.state());
        assertThat(ping(N2, two, N1, again)).as("known already").isFalse();
        assertThat(again.losses().count()).isEqualTo(1);
        ping(N1, again, N2, two);
        assertThat(two.wordFor(N1).yours()).isEqualTo(kept.own());
    }

    @Test
    void twoWhoRememberTwoDisksBothTell() {
        Disks two = born(N2);
        Disks three = born(N3);
        ping(N1, born(N1), N2, two);
        ping(N1, born(N1), N3, three);
        Disks third = born(N1);
        assertThat(ping(N2, two, N1, third)).isTrue();
        assertThat(ping(N3, three, N1, third)).isTrue();
        ping(N1, third, N2, two);
        ping(N1, third, N3, three);
        ping(N2, two, N1, third);
        ping(N3, three, N1, third);
        assertThat(third.losses().count()).isEqualTo(2);
        assertThat(third.losses().toldAll()).isTrue();
    }

    @Test
    void aCopyPutBackIsAnotherDiskAndNobodyElsesNews() {
        Disks one = born(N1);
        Disks two = born(N2);
        ping(N1, one, N2, two);
        Disks copy = open(N1, Disks.State.opened(one.state(), false, numbers::incrementAndGet));
        assertThat(copy.losses().count()).isEqualTo(1);
        assertThat(ping(N2, two, N1, copy)).as("it knows that it lost that one").isFalse();
        ping(N1, copy, N2, two);
        assertThat(two.wordFor(N1).yours()).isEqualTo(copy.state().own());
    }

    @Test
    void nothingIsSaidToBeKnownThatIsNotOnDisk() {
        List<Disks.State> saved = new ArrayList<>();
        boolean[] full = {true};
        Disks.Keeper keeper = state -> {
            if (full[0]) {
                throw new StorageException("full");
            }
            saved.add(state);
        };
        Disks one = new Disks(
                MEMBERS, N1, Disks.State.born(numbers::incrementAndGet), WAIT, ALONE, numbers::incrementAndGet, keeper);
        assertThat(one.heard(N2, new DiskWord(50, 60, 0), 0)).isTrue();
        assertThat(one.wordFor(N2).former()).isZero();
        assertThat(one.saveAgain()).isNotNull();
        full[0] = false;
        assertThat(one.saveAgain()).isNull();
        assertThat(one.heard(N2, new DiskWord(50, 60, 0), 0)).isFalse();
        assertThat(one.wordFor(N2).former()).isEqualTo(60);
        assertThat(saved).hasSize(1);
    }

    @Test
    void aNewDiskIsNotKnownToBeTheFirstUntilOthersHaveSpoken() {
        Disks one = born(N1);
        one.follow(0, 0, 0);
        one.follow(0, 0, 100 * WAIT);
        assertThat(one.losses().unsure()).as("nobody has been heard").isTrue();
        one.heard(N2, new DiskWord(50, 0, 0), 100 * WAIT);
        one.follow(0, 0, 101 * WAIT - 1);
        assertThat(one.losses().unsure()).isTrue();
        one.follow(0, 0, 101 * WAIT);
        assertThat(one.losses().unsure()).as("n3 has had its time").isFalse();

        Disks lonely = born(N1);
        lonely.follow(0, 0, 5);
        lonely.follow(0, 0, ALONE + 5);
        assertThat(lonely.losses().unsure()).as("nobody is there to be asked").isFalse();

        Disks quick = born(N1);
        quick.heard(N2, new DiskWord(50, 0, 0), 0);
        quick.heard(N3, new DiskWord(51, 0, 0), 0);
        assertThat(quick.losses().unsure()).isFalse();
        assertThat(open(N1, quick.state()).losses().unsure())
                .as("the next start")
                .isFalse();
        assertThat(new Disks(List.of(N1), N1, quick.state(), WAIT, ALONE, numbers::incrementAndGet, saved -> {})
                        .losses()
                        .unsure())
                .isFalse();
    }

    @Test
    void whatReplicasSayOfLossesIsTakenOnce() {
        Disks one = born(N1);
        long before = one.state().own();
        assertThat(one.follow(0, 1, 0)).as("a copy was put back").isTrue();
        assertThat(one.state().own()).isNotEqualTo(before);
        assertThat(one.state().former()).containsExactly(before);
        assertThat(one.follow(0, 1, 1)).as("the same again").isFalse();
        assertThat(one.follow(1, 1, 2)).isFalse();
        assertThat(one.losses().count()).isEqualTo(1);
        assertThat(one.losses().recovered()).isEqualTo(1);
    }

    @Test
    void aDiskThatIsNotWholeHasLostSomethingThoughNothingIsLeftOnIt() {
        assertThat(Disks.State.opened(null, false, numbers::incrementAndGet).losses())
                .isEqualTo(1);
        assertThat(Disks.State.opened(null, true, numbers::incrementAndGet).losses())
                .isZero();
    }

    @Test
    void strangersAreNotHeard() {
        Disks one = born(N1);
        assertThat(one.heard(NodeId.of("n9"), new DiskWord(1, 2, 3), 0)).isFalse();
        assertThat(one.state().peers()).isEmpty();
    }
}
