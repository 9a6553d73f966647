package io.quorate.node.protocol.antientropy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.message.ExchangeMessage.Comparison;
import io.quorate.node.protocol.message.ExchangeMessage.Held;
import io.quorate.node.protocol.message.ExchangeMessage.Listing;
import io.quorate.node.protocol.replica.LeafListing;
import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.replica.Watcher;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.VersionedObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One comparison of this home with another, after which this one knows all that the other knew when it began.
 *
 * <p>The hash tree finds, the clocks decide. First come roots and clocks, and most rounds end there. Else the inner nodes
 * and the leaves that differ are found; after a pause, in which writes in flight arrive, the keys of those that still do
 * are listed, and for each key that differs both homes tell each other its live dots and its context. What one has and
 * the other's context does not cover is sent; what the other's context covers was deleted there, and goes. No tombstone
 * is needed for that. In the end this home takes over the clock that the other had at the beginning, together with the
 * contexts which that clock does not vouch for, in one commit.
 *
 * <p>That last step is what lets contexts be stripped and deletes be forgotten, and the one that can do harm: a clock says
 * that its holder has applied a write, and nobody offers him that write again. So it is taken only when every leaf has
 * been found equal, or each of its keys exchanged, after the clock was taken; a version that comes in meanwhile, and that
 * this clock or these contexts already speak of, has its leaf looked at again ({@link Watcher}); and nothing is
 * taken over if anything was passed over.
 *
 * <p>After Goncalves et al., "DottedDB: Anti-entropy without Merkle trees, deletes without tombstones" (2017), which
 * compares clocks alone; with the hash tree of Dynamo (DeCandia et al., 2007, section 4.7) a home also finds what its
 * clock wrongly vouches for, and rounds may be interrupted by writes at any moment.
 */
public final class Round implements Watcher {
    static final int KEYS_MAX = 64;
    private static final int LEAVES_MAX = 256;
    private static final int TRIES = 4;
    /** How often leaves that went on changing are looked at again before the round is given up. */
    private static final int PASSES_MAX = 8;
    /** Contexts above this are not gathered: the other home has to come closer to its own clock first. */
    private static final int CONTEXTS_MAX = 100_000;

    private static final int PUSHES_MAX = 64;
    private static final long SWAP_BYTES_MAX = 256 << 10;
    private static final int DOT_BYTES = 12;

    private final Replica replica;
    private final long id;
    private final long epoch;
    private final ExchangeSettings settings;
    private final ExchangeRules rules;
    private final RoundPort port;
    private final Map<RecordKey, CausalContext> contexts = new LinkedHashMap<>();
    private final TreeSet<Integer> leaves = new TreeSet<>();
    private final TreeSet<Integer> dirty = new TreeSet<>();
    private final Deque<RecordKey> differing = new ArrayDeque<>();
    private final Map<RecordKey, Long> pushes = new HashMap<>();
    private List<Integer> toCompare = List.of();
    private Stage stage = Stage.COMPARING;
    private String reason = "";
    private ExchangeMessage.@Nullable Question asked;
    private boolean mayAsk = true;
    private long askedAt;
    private int tries;
    private long resumeAt;
    private long session;
    private @Nullable PartitionClock clock;
    private int contextsExpected;
    private boolean learns;
    private boolean applying;
    private boolean busy;
    private long startedAt;
    private boolean withLagging;
    private int passes;
    private int passedOver;
    private final Findings findings = new Findings();

    public Round(Replica replica, long id, long epoch, ExchangeSettings settings, ExchangeRules rules, RoundPort port) {
        this.rules = rules;
        this.replica = replica;
        this.id = id;
        this.epoch = epoch;
        this.settings = settings;
        this.port = port;
    }

    public void start(long now) {
        startedAt = now;
        long root = replica.leaves().root().digest();
        ask(new ExchangeMessage.Open(id, replica.id(), root, replica.clock().digest(), epoch), now);
    }

    public Stage stage() {
        return stage;
    }

    public boolean isOver() {
        return stage == Stage.COMPLETE || stage == Stage.BROKEN_OFF;
    }

    public long startedAt() {
        return startedAt;
    }

    /** Whether the other home has lost data and not got it back. */
    public boolean withLagging() {
        return withLagging;
    }

    /** Why it was broken off; empty if it was not. */
    public String reason() {
        return reason;
    }

    /** Whether it was broken off only because the other home was busy with another. */
    public boolean isPutOff() {
        return busy;
    }

    /** What it has found and moved so far. */
    public Findings findings() {
        return findings;
    }

    private void ask(ExchangeMessage.Question question, long now) {
        asked = question;
        askedAt = now;
        tries = 1;
        port.ask(question);
    }

    /** Repeats what has no answer, and goes on after a pause. */
    public void tick(long now, boolean mayGoOn) {
        if (isOver()) {
            return;
        }
        boolean resumes = mayGoOn && !mayAsk;
        mayAsk = mayGoOn;
        ExchangeMessage.Question waiting = asked;
        if (waiting != null && now - askedAt >= settings.resendNanos()) {
            if (tries >= TRIES) {
                breakOff("no answer");
                return;
            }
            tries++;
            askedAt = now;
            port.ask(waiting);
        } else if (stage == Stage.PAUSING && now - resumeAt >= 0) {
            stage = Stage.EXCHANGING;
            guarded(() -> goOn(now));
        } else if (resumes && waiting == null && stage == Stage.EXCHANGING) {
            guarded(() -> goOn(now));
        }
        for (Map.Entry<RecordKey, Long> push : List.copyOf(pushes.entrySet())) {
            if (now - push.getValue() >= settings.resendNanos()) {
                breakOff("no answer");
                return;
            }
        }
    }

    public void answered(ExchangeMessage.Answer answer, long now) {
        ExchangeMessage.Question question = asked;
        if (isOver() || question == null) {
            return;
        }
        if (answer.over()) {
            breakOff("the other home has been opened anew");
            return;
        }
        guarded(() -> {
            if (answer instanceof ExchangeMessage.Opened opened && question instanceof ExchangeMessage.Open) {
                asked = null;
                opened(opened, now);
            } else if (answer instanceof ExchangeMessage.Contexts page
                    && question instanceof ExchangeMessage.AskContexts wanted
                    && page.from() == wanted.from()) {
                asked = null;
                took(page, now);
            } else if (answer instanceof ExchangeMessage.Compared compared
                    && question instanceof ExchangeMessage.Compare) {
                asked = null;
                compared(compared, now);
            } else if (answer instanceof ExchangeMessage.Leaves listed
                    && question instanceof ExchangeMessage.AskLeaves wanted
                    && listed.answers(wanted)) {
                asked = null;
                listed(listed, wanted, now);
            } else if (answer instanceof ExchangeMessage.Swapped swapped
                    && question instanceof ExchangeMessage.Swap wanted
                    && swapped.answers(wanted)) {
                asked = null;
                swapped(swapped, now);
            }
        });
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (CorruptRecordException e) {
            breakOff("a damaged record of this node");
        } catch (StorageException e) {
            breakOff("the disk: " + e.getMessage());
        }
    }

    private void opened(ExchangeMessage.Opened opened, long now) {
        PartitionClock theirs = opened.clock();
        withLagging = opened.lagging();
        if (theirs != null) {
            replica.heardOf(theirs);
        }
        if (opened.comparison() == Comparison.REFUSED) {
            breakOff("refused");
        } else if (opened.comparison() == Comparison.BUSY) {
            busy = true;
            breakOff("the other home is being compared with another");
        } else if (opened.comparison() == Comparison.SAME) {
            end(Stage.COMPLETE);
        } else if (theirs == null || opened.branches().length() != LeafTable.BRANCHES) {
            breakOff("an answer that makes no sense");
        } else {
            if (opened.comparison() == Comparison.ALARM) {
                port.alarm();
            }
            session = opened.session();
            clock = theirs;
            // Where this clock knows all that the other does, so do the contexts here (condition C3).
            learns = !replica.clock().covers(theirs);
            contextsExpected = learns ? opened.contexts() : 0;
            if (learns) {
                replica.watchers().add(this);
            }
            long[] own = replica.leaves().branchDigests();
            List<Integer> branches = new ArrayList<>();
            for (int i = 0; i < LeafTable.BRANCHES; i++) {
                if (own[i] != opened.branches().get(i)) {
                    branches.add(i);
                }
            }
            toCompare = branches;
            askContextsOrCompare(now);
        }
    }

    private void askContextsOrCompare(long now) {
        if (contextsExpected > CONTEXTS_MAX) {
            learns = false;
            reason = contextsExpected + " contexts";
            passedOver++;
        } else if (contexts.size() < contextsExpected) {
            ask(new ExchangeMessage.AskContexts(id, replica.id(), session, contexts.size()), now);
            return;
        }
        if (toCompare.isEmpty()) {
            goOn(now);
            return;
        }
        ask(
                new ExchangeMessage.Compare(
                        id, replica.id(), session, ExchangeMessage.branches(replica.leaves(), toCompare)),
                now);
    }

    private void took(ExchangeMessage.Contexts page, long now) {
        int before = contexts.size();
        boolean ours =
                page.contexts().stream().allMatch(each -> each.key().set().equals(replica.id()));
        if (ours) {
            page.contexts().forEach(each -> contexts.put(each.key(), each.context()));
        }
        if (contexts.size() == before) {
            breakOff("an answer that makes no sense");
        } else {
            askContextsOrCompare(now);
        }
    }

    private void compared(ExchangeMessage.Compared compared, long now) {
        compared.differing().forEach(leaf -> {
            if (leaf >= 0 && leaf < LeafTable.LEAVES) {
                leaves.add(leaf);
            }
        });
        if (leaves.isEmpty() || settings.pauseNanos() == 0) {
            goOn(now);
        } else {
            stage = Stage.PAUSING;
            resumeAt = now + settings.pauseNanos();
        }
    }

    /** The next question, or the end. */
    private void goOn(long now) {
        stage = Stage.EXCHANGING;
        if (!mayAsk || pushes.size() >= PUSHES_MAX || (!pushes.isEmpty() && !differing.isEmpty())) {
            return;
        }
        if (!differing.isEmpty()) {
            swap(now);
        } else if (!leaves.isEmpty()) {
            List<Integer> wanted = leaves.stream().limit(LEAVES_MAX).toList();
            ask(
                    new ExchangeMessage.AskLeaves(
                            id, replica.id(), session, ExchangeMessage.leaves(replica.leaves(), wanted)),
                    now);
        } else if (!dirty.isEmpty()) {
            if (++passes > PASSES_MAX) {
                breakOff("too much is written meanwhile");
                return;
            }
            leaves.addAll(dirty);
            dirty.clear();
            goOn(now);
        } else if (pushes.isEmpty()) {
            learn();
        }
    }

    private void listed(ExchangeMessage.Leaves listed, ExchangeMessage.AskLeaves wanted, long now) {
        for (int i = 0; i < listed.looked(); i++) {
            leaves.remove(wanted.leaves().get(i).leaf());
        }
        for (Listing listing : listed.listings()) {
            findings.leafDiffers();
            compare(listing);
        }
        goOn(now);
    }

    private void compare(Listing theirs) {
        LeafListing own = replica.listNewest(theirs.leaf());
        if (!own.proved()) {
            port.heal(theirs.leaf());
        }
        if (!rules.isProved(own) || theirs.damaged()) {
            passOver("a damaged leaf");
            return;
        }
        Map<RecordKey, Long> there = new HashMap<>();
        theirs.keys().forEach(key -> there.put(key.key(), key.digest()));
        for (RecordKey key : Sets.union(own.digests().keySet(), there.keySet())) {
            findings.compared();
            if (!key.set().equals(replica.id()) || replica.leafOf(key) != theirs.leaf()) {
                breakOff("an answer that makes no sense");
                return;
            }
            Long here = own.digests().get(key);
            if (here == null || !here.equals(there.get(key))) {
                differing.add(key);
            }
        }
    }

    private void passOver(String why) {
        passedOver++;
        reason = why;
    }

    private void swap(long now) {
        ImmutableList.Builder<ExchangeMessage.Known> keys = ImmutableList.builder();
        int count = 0;
        long weight = 0;
        for (RecordKey key : differing) {
            if (count == KEYS_MAX || weight >= SWAP_BYTES_MAX) {
                break;
            }
            KeyState own = replica.read(key);
            keys.add(new ExchangeMessage.Known(key, ImmutableList.copyOf(own.dots()), own.context()));
            count++;
            // The values too, as the other home may want them all.
            weight += Findings.bytesOf(own)
                    + DOT_BYTES * (long) own.context().dots().size();
        }
        ask(new ExchangeMessage.Swap(id, replica.id(), session, keys.build()), now);
    }

    private void swapped(ExchangeMessage.Swapped swapped, long now) {
        Map<Integer, Boolean> proved = new HashMap<>();
        for (Held held : swapped.keys()) {
            differing.poll();
            KeyState rest = held.state();
            if (rest == null) {
                passOver("a damaged leaf");
                continue;
            }
            take(held.key(), rest, held.same());
            if (held.wants()) {
                int leaf = replica.leafOf(held.key());
                push(held.key(), proved.computeIfAbsent(leaf, l -> rules.isProved(replica.list(l))), now);
            }
        }
        goOn(now);
    }

    private void take(RecordKey key, KeyState rest, List<Dot> same) {
        KeyState whole = ExchangeMessage.whole(rest, same, replica.newest(key));
        findings.moved(rest);
        applying = true;
        try {
            long commit = replica.apply(key, VersionedObject.of(whole), null);
            if (commit != 0) {
                findings.repaired();
            }
        } finally {
            applying = false;
        }
    }

    private void push(RecordKey key, boolean proved, long now) {
        if (!proved) {
            port.heal(replica.leafOf(key));
            passOver("a damaged leaf");
            return;
        }
        KeyState own = replica.read(key);
        findings.moved(own);
        findings.repaired();
        pushes.put(key, now);
        port.push(key, own);
    }

    /** What was pushed is durable at the other home, or it cannot take it. */
    public void pushed(RecordKey key, boolean taken, long now) {
        if (isOver() || pushes.remove(key) == null) {
            return;
        }
        if (!taken) {
            breakOff("the other home cannot take a key");
        } else if (asked == null && stage == Stage.EXCHANGING) {
            guarded(() -> goOn(now));
        }
    }

    private void learn() {
        PartitionClock theirs = clock;
        if (!rules.mayTakeOver(passedOver)) {
            breakOff(reason);
        } else if (theirs == null || !learns) {
            end(Stage.COMPLETE);
        } else {
            stage = Stage.LEARNING;
            port.whenDurable(replica.learn(theirs, rules.takenOver(contexts)), (failure, now) -> {
                if (failure == null) {
                    end(Stage.COMPLETE);
                } else {
                    breakOff("the disk: " + failure.getMessage());
                }
            });
            replica.watchers().remove(this);
        }
    }

    private void end(Stage last) {
        stage = last;
        asked = null;
        replica.watchers().remove(this);
    }

    /** Ends the round with nothing taken over. */
    public void breakOff(String why) {
        if (!isOver()) {
            reason = why;
            end(Stage.BROKEN_OFF);
        }
    }

    @Override
    public void accepted(RecordKey key, Dot dot) {
        PartitionClock theirs = clock;
        if (applying || theirs == null) {
            return;
        }
        CausalContext context = contexts.get(key);
        if (contexts.size() < contextsExpected || rules.mustLookAgain(theirs, context, dot)) {
            dirty.add(replica.leafOf(key));
        }
    }
}
