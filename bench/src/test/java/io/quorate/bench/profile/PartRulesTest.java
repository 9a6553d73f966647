package io.quorate.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartRulesTest {
    @ParameterizedTest
    @CsvSource({
        "io.quorate.ring.version.PartitionClock, VERSIONS",
        "io.quorate.repair.merkle.LeafTable, VERSIONS",
        "io.quorate.node.protocol.replica.Replica, VERSIONS",
        "io.quorate.node.protocol.quorum.ReadCoordinator, COORDINATORS",
        "io.quorate.node.protocol.shard.Shard, COORDINATORS",
        "org.eclipse.jetty.io.SelectorManager, HTTP",
        "io.quorate.node.http.KeyRoutes, HTTP",
        "org.rocksdb.RocksDB, STORAGE",
        "io.quorate.node.storage.RecordCodec, STORAGE",
        "org.apache.pekko.dispatch.Mailbox, TRANSPORT",
        "io.quorate.node.transport.ArteryTransport, TRANSPORT",
        "io.quorate.node.serial.MessageCodec, CODEC",
        "io.micrometer.core.instrument.Timer, METRICS",
        "io.quorate.node.embedded.NodeTransport, CLIENT",
        "io.quorate.bench.load.HttpCaller, LOAD",
        "java.util.HashMap, OTHER",
        "io.quorate.node.Wiring, OTHER"
    })
    void classBelongsToThePartOfItsPackage(String name, Part part) {
        assertThat(PartRules.partOf(List.of(name))).isEqualTo(part);
    }

    @ParameterizedTest
    @CsvSource({
        // A library works for its caller, and so do bytes and the codec of versions.
        "java.util.HashMap com.google.common.collect.ImmutableMap io.quorate.ring.version.KeyState, VERSIONS",
        "io.quorate.ring.bytes.ByteSink io.quorate.ring.version.VersionCodec io.quorate.node.storage.RecordCodec, STORAGE",
        "io.quorate.ring.bytes.ByteSink io.quorate.ring.version.VersionCodec io.quorate.node.serial.MessageCodec, CODEC",
        // An answer that is written on the shard's thread is still HTTP.
        "sun.nio.ch.FileDispatcherImpl org.eclipse.jetty.io.SocketChannelEndPoint io.quorate.node.http.KeyAnswers"
                + " io.quorate.node.protocol.shard.Shard org.apache.pekko.dispatch.Mailbox, HTTP",
        "java.lang.Thread, OTHER"
    })
    void innermostFrameThatHasAPartDecides(String stack, Part part) {
        assertThat(PartRules.partOf(Splitter.on(' ').splitToList(stack))).isEqualTo(part);
    }

    @Test
    void threadsThatWaitAreToldFromThreadsThatWork() {
        assertThat(PartRules.isWaiting("sun.nio.ch.EPoll.wait")).isTrue();
        assertThat(PartRules.isWaiting("jdk.internal.misc.Unsafe.park")).isTrue();
        assertThat(PartRules.isWaiting("org.rocksdb.RocksDB.write")).isFalse();
        assertThat(PartRules.isWaiting("sun.nio.ch.FileDispatcherImpl.writev0")).isFalse();
    }

    @Test
    void threadsOfOneKindHaveOneName() {
        assertThat(PartRules.threadGroup("shard-n1-12")).isEqualTo(PartRules.threadGroup("shard-n2-3"));
        assertThat(PartRules.threadGroup("store-n1")).isEqualTo("store-n#");
    }
}
