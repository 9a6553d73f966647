package io.quorate.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.storage.DataDirectory.Identity;
import io.quorate.node.storage.DataDirectory.UnusableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DataDirectoryTest {
    private static final Identity IDENTITY = new Identity("prod", "n1", 64, 3, "n1@dc1/z1");

    private @TempDir Path folder;

    @Test
    void aFolderInUseIsRefusedAndNamesTheProcessThatUsesIt() {
        try (DataDirectory first = DataDirectory.open(folder, IDENTITY, SyncMode.GROUP)) {
            assertThat(first.keepsActors()).isTrue();
            assertThatThrownBy(() -> DataDirectory.open(folder, IDENTITY, SyncMode.GROUP))
                    .isInstanceOf(UnusableException.class)
                    .hasMessageContaining(folder.toString())
                    .hasMessageContaining(
                            "in use by pid " + ProcessHandle.current().pid());
        }
        DataDirectory.open(folder, IDENTITY, SyncMode.GROUP).close();
    }

    @ParameterizedTest
    @CsvSource({
        "test, n1, 64, 3, n1@dc1/z1, cluster name prod, test",
        "prod, n2, 64, 3, n1@dc1/z1, node id n1, n2",
        "prod, n1, 128, 3, n1@dc1/z1, number of partitions 64, 128",
        "prod, n1, 64, 5, n1@dc1/z1, number of replicas 3, 5",
        "prod, n1, 64, 3, n1@dc1/z1 n2@dc1/z2, the members n1@dc1/z1, n1@dc1/z1 n2@dc1/z2",
    })
    void aFolderOfAnotherNodeIsRefusedAndNamesBothValues(
            String cluster, String node, int partitions, int replicas, String members, String found, String wanted) {
        DataDirectory.open(folder, IDENTITY, SyncMode.GROUP).closeClean();
        Identity other = new Identity(cluster, node, partitions, replicas, members);
        assertThatThrownBy(() -> DataDirectory.open(folder, other, SyncMode.GROUP))
                .isInstanceOf(UnusableException.class)
                .hasMessageContaining(found)
                .hasMessageContaining("configured with " + wanted);
        DataDirectory.open(folder, IDENTITY, SyncMode.GROUP).closeClean();
    }

    @Test
    void aFileInPlaceOfTheFolderIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> DataDirectory.open(file, IDENTITY, SyncMode.GROUP))
                .isInstanceOf(UnusableException.class)
                .hasMessageContaining("it is a file, not a folder");
    }

    @Test
    void aMissingFolderIsMade() {
        Path deep = folder.resolve("a/b/c");
        DataDirectory.open(deep, IDENTITY, SyncMode.GROUP).closeClean();
        assertThat(deep.resolve("IDENTITY")).exists();
    }

    @ParameterizedTest
    @EnumSource(SyncMode.class)
    void afterAnOrderlyEndTheActorsGoOn(SyncMode sync) {
        DataDirectory.open(folder, IDENTITY, sync).closeClean();
        assertThat(keepsActors(sync)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"GROUP, true", "INTERVAL, false", "OFF, false"})
    void afterACrashTheActorsGoOnOnlyIfEveryWriteWasSyncedBeforeItWasSpokenOf(SyncMode sync, boolean goOn) {
        DataDirectory.open(folder, IDENTITY, sync).close();
        assertThat(keepsActors(SyncMode.GROUP)).isEqualTo(goOn);
    }

    @Test
    void theModeOfTheLastRunDecidesAndNotThatOfThisOne() {
        DataDirectory.open(folder, IDENTITY, SyncMode.GROUP).close();
        assertThat(keepsActors(SyncMode.OFF)).isTrue();
    }

    @Test
    void aRunThatTookNewActorsMustEndInOrderBeforeTheyGoOn() {
        DataDirectory.open(folder, IDENTITY, SyncMode.OFF).close();
        DataDirectory crashing = DataDirectory.open(folder, IDENTITY, SyncMode.GROUP);
        assertThat(crashing.keepsActors()).isFalse();
        crashing.close();
        DataDirectory again = DataDirectory.open(folder, IDENTITY, SyncMode.GROUP);
        assertThat(again.keepsActors()).isFalse();
        again.lossIsKept();
        again.closeClean();
        assertThat(keepsActors(SyncMode.GROUP)).isTrue();
    }

    @Test
    void aCopiedFolderIsANewIncarnation() throws IOException {
        Path original = folder.resolve("original");
        DataDirectory.open(original, IDENTITY, SyncMode.GROUP).closeClean();
        Path copy = folder.resolve("copy");
        copy(original, copy);
        try (DataDirectory restored = DataDirectory.open(copy, IDENTITY, SyncMode.GROUP)) {
            assertThat(restored.keepsActors()).isFalse();
        }
        try (DataDirectory kept = DataDirectory.open(original, IDENTITY, SyncMode.GROUP)) {
            assertThat(kept.keepsActors()).isTrue();
        }
    }

    @Test
    void aBackupRestoredIntoItsOldPlaceIsANewIncarnation() throws IOException {
        Path place = folder.resolve("place");
        Path backup = folder.resolve("backup");
        DataDirectory.open(place, IDENTITY, SyncMode.GROUP).closeClean();
        copy(place, backup);
        Files.move(place, folder.resolve("old"));
        copy(backup, place);
        try (DataDirectory restored = DataDirectory.open(place, IDENTITY, SyncMode.GROUP)) {
            assertThat(restored.keepsActors()).isFalse();
        }
    }

    @Test
    void aStartThatFailsBeforeTheLossIsKeptForgetsNothing() throws IOException {
        Path original = folder.resolve("original");
        DataDirectory.open(original, IDENTITY, SyncMode.GROUP).closeClean();
        Path restored = folder.resolve("copy");
        copy(original, restored);
        for (int start = 0; start < 3; start++) {
            try (DataDirectory failing = DataDirectory.open(restored, IDENTITY, SyncMode.GROUP)) {
                assertThat(failing.isWhole()).as("start %d", start).isFalse();
            }
        }
        try (DataDirectory serving = DataDirectory.open(restored, IDENTITY, SyncMode.GROUP)) {
            serving.lossIsKept();
            assertThat(serving.isWhole()).as("for this run").isFalse();
        }
        try (DataDirectory next = DataDirectory.open(restored, IDENTITY, SyncMode.GROUP)) {
            assertThat(next.isWhole()).isTrue();
            next.matchRun("of another run");
            assertThat(next.isWhole()).isFalse();
        }
        try (DataDirectory next = DataDirectory.open(restored, IDENTITY, SyncMode.GROUP)) {
            assertThat(next.isWhole()).as("its database was put back").isFalse();
        }
    }

    @Test
    void aFolderThatIsMovedAsAWholeStaysItself() throws IOException {
        Path before = folder.resolve("before");
        DataDirectory.open(before, IDENTITY, SyncMode.GROUP).closeClean();
        Path after = Files.move(before, folder.resolve("after"));
        try (DataDirectory moved = DataDirectory.open(after, IDENTITY, SyncMode.GROUP)) {
            assertThat(moved.keepsActors()).isTrue();
        }
    }

    private boolean keepsActors(SyncMode sync) {
        try (DataDirectory opened = DataDirectory.open(folder, IDENTITY, sync)) {
            return opened.keepsActors();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
