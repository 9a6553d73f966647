package io.quorate.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.protocol.store.StorageException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoomWatchTest {
    private static final long RESERVE = 8L << 20;

    private final List<String> heard = new ArrayList<>();
    private long usable = 100L << 20;
    private long now;
    private final RoomWatch room =
            new RoomWatch(() -> usable, new Disk.Settings(RESERVE), () -> now, new WriteObserver() {
                @Override
                public void wrote(int commits, long nanos) {}

                @Override
                public void full(String why) {
                    heard.add(why);
                }

                @Override
                public void room() {
                    heard.add("room");
                }
            });

    @Test
    void refusesBelowTheReserveAndSaysSoOnce() {
        assertThat(room.refusal()).isNull();
        usable = RESERVE - 1;
        room.look();
        room.look();
        StorageException refusal = room.refusal();
        assertThat(refusal).isNotNull().hasMessageContaining("disk.reserve = " + RESERVE);
        assertThat(refusal.diskFull()).isTrue();
        assertThat(refusal.attempted()).as("nothing was handed to the disk").isFalse();
        assertThat(heard).hasSize(1);
    }

    @Test
    void writesGoOnOnlyWithSomeMoreRoomThanTheReserve() {
        usable = 0;
        room.look();
        usable = RESERVE;
        room.look();
        assertThat(room.refusal()).isNotNull();
        usable = RESERVE + RESERVE / 8;
        room.look();
        assertThat(room.refusal()).isNull();
        assertThat(heard).last().isEqualTo("room");
    }

    @Test
    void looksAfterSomeTimeOrSomeBytesAndNotWithEachWrite() {
        usable = 0;
        room.wrote(10);
        assertThat(room.refusal()).isNull();
        room.wrote(RESERVE / 8);
        assertThat(room.refusal()).isNotNull();
        usable = 100L << 20;
        room.look();
        usable = 0;
        now += 200_000_000L;
        room.wrote(0);
        assertThat(room.refusal()).isNotNull();
    }

    @Test
    void reserveThatIsTooSmallToHelpIsRefused() {
        assertThatThrownBy(() -> new Disk.Settings(1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("disk.reserve = 1000");
    }
}
