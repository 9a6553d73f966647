package io.quorate.node.journal;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Props;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.RecoveryCompleted;
import org.apache.pekko.persistence.RuntimePluginConfig;
import org.apache.pekko.persistence.SnapshotOffer;

/** A persistent actor on the plugins of a rig: keeps the words it is told, and tells a probe of each and of each start. */
abstract class Ledger extends AbstractPersistentActor implements RuntimePluginConfig {
    private final String id;
    private final ActorRef listener;
    private final List<String> words = new ArrayList<>();

    /** To keep a word, and to take up nothing else before it is kept. */
    record Keep(String word) {}

    /** To keep a word, and to go on meanwhile. */
    record KeepAside(String word) {}

    /** To fail, as a bug would make it. */
    record Fail() {}

    /** To keep all words in a snapshot. */
    record Save() {}

    /** A word is kept, under a number. */
    record Kept(String word, long number) {}

    /** A snapshot has been given; what follows is asked of the journal at once. */
    record Offered(long number) {}

    /** All that was kept has been read. */
    record Recovered(List<String> words, long number) {
        Recovered {
            words = List.copyOf(words);
        }
    }

    private Ledger(String id, ActorRef listener) {
        this.id = id;
        this.listener = listener;
    }

    static ActorRef start(JournalRig rig, String id, Probe listener) {
        return rig.actors().actorOf(Props.create(Ledger.class, () -> of(rig, id, listener.ref())));
    }

    /**
     * Pekko asks for the plugins from within the constructor of its own class, when a field of this one would still be null:
     * what an anonymous class captures is set before that.
     */
    private static Ledger of(JournalRig rig, String id, ActorRef listener) {
        return new Ledger(id, listener) {
            @Override
            public String journalPluginId() {
                return EventLogs.journalId(rig.name());
            }

            @Override
            public String snapshotPluginId() {
                return EventLogs.snapshotId(rig.name());
            }

            @Override
            public Config journalPluginConfig() {
                return rig.plugins();
            }

            @Override
            public Config snapshotPluginConfig() {
                return rig.plugins();
            }
        };
    }

    @Override
    public String persistenceId() {
        return id;
    }

    @Override
    public Receive createReceiveRecover() {
        return receiveBuilder()
                .match(SnapshotOffer.class, offer -> {
                    words.add((String) offer.snapshot());
                    tell(new Offered(offer.metadata().sequenceNr()));
                })
                .match(String.class, words::add)
                .match(RecoveryCompleted.class, all -> tell(new Recovered(words, lastSequenceNr())))
                .build();
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(Keep.class, keep -> persist(keep.word(), this::kept))
                .match(KeepAside.class, keep -> persistAsync(keep.word(), this::kept))
                .match(Save.class, save -> saveSnapshot(String.join(" ", words)))
                .match(Fail.class, fail -> {
                    throw new IllegalStateException("told to fail");
                })
                .matchAny(this::tell)
                .build();
    }

    private void kept(String word) {
        words.add(word);
        tell(new Kept(word, lastSequenceNr()));
    }

    private void tell(Object news) {
        listener.tell(news, getSelf());
    }
}
