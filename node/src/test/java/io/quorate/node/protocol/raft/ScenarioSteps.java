package io.quorate.node.protocol.raft;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The language of scenarios, one step a line. Disks are quick and nothing is lost, but where a step says otherwise.
 *
 * <pre>
 * group a b c [append=BYTES] [window=BYTES] [proposed=BYTES]    begins the scenario
 * member a [term=7] [vote=b] [log=1,1,4]      one with a past, or one more that is no member yet
 * elect a                                     time passes for it alone until it leads
 * campaign a                                  it asks at once whether it would be elected
 * wait 300ms [a b]                            time passes, for these or all, and everything is delivered
 * tick 300ms [a b]                            time passes at once, and nothing is delivered
 * settle                                      everything is delivered, and what comes of it
 * messages|deliver|repeat|drop [a>b|a>*|*>b] [TYPE ...] [first|last]
 *                                             lists those under way, delivers them once, or once more, or loses them
 * send a>b TYPE [name=value ...]              delivers a message made up here
 * cut a | cut a>b | heal                      nothing passes that way, or everything again
 * disk a hangs | disk a works | persist a     writes wait; the oldest ends
 * propose a x y | read a | lease a            what clients ask
 * transfer a>b | change a b,c [d]             to other voters and learners
 * compact a 3                                 entries go for which its state stands
 * offer a>b | install a>b | abandon a>b | sent a>b       a state goes from one to another
 * crash a [1] | start a                       with so many writes on their way done
 * show [a b]                                  what they are, with the terms of their entries
 * </pre>
 *
 * Under each step stands, indented, what happened. Lines that begin with {@code #} are for people.
 */
final class ScenarioSteps {
    private static final Splitter WORDS = Splitter.on(' ').omitEmptyStrings();
    private static final Splitter NAMES = Splitter.on(',').omitEmptyStrings();

    private @Nullable ScenarioGroup group;

    /**
     * Does a step.
     *
     * @return what happened
     * @throws IllegalArgumentException if it is not understood, or cannot be done
     */
    List<String> run(String line) {
        List<String> words = WORDS.splitToList(line);
        String verb = words.get(0);
        List<String> rest = words.subList(1, words.size());
        if (verb.equals("group")) {
            begin(rest);
        } else {
            run(group(), verb, rest);
        }
        return group().takeSaid();
    }

    private ScenarioGroup group() {
        if (group == null) {
            throw new IllegalArgumentException("a scenario begins with a group");
        }
        return group;
    }

    private void begin(List<String> words) {
        if (group != null) {
            throw new IllegalArgumentException("there is a group");
        }
        Map<String, String> options = options(words, Set.of("append", "window", "proposed"));
        RaftSettings usual = RaftSettings.DEFAULT;
        RaftSettings settings = new RaftSettings(
                usual.electionNanos(),
                usual.heartbeatNanos(),
                (int) MessageText.number(options.getOrDefault("append", "" + usual.appendBytes())),
                MessageText.number(options.getOrDefault("window", "" + usual.windowBytes())),
                MessageText.number(options.getOrDefault("proposed", "" + usual.proposedBytes())));
        group = new ScenarioGroup(nodes(plain(words)), settings);
    }

    private static void run(ScenarioGroup group, String verb, List<String> rest) {
        switch (verb) {
            case "member" -> member(group, rest);
            case "elect" -> group.elect(node(rest, 0));
            case "campaign" -> group.campaign(node(rest, 0));
            case "wait" -> group.wait(nanos(word(rest, 0)), nodes(rest.subList(1, rest.size())));
            case "tick" -> group.tick(nanos(word(rest, 0)), nodes(rest.subList(1, rest.size())));
            case "settle" -> group.settle();
            case "messages" -> group.list(under(group, rest));
            case "deliver" -> group.deliver(selected(group, rest), false);
            case "repeat" -> group.deliver(selected(group, rest), true);
            case "drop" -> group.drop(selected(group, rest));
            case "send" -> {
                List<NodeId> way = way(word(rest, 0));
                group.step(new RaftRig.Sent(way.get(0), way.get(1), MessageText.parse(rest.subList(1, rest.size()))));
            }
            case "cut" -> {
                if (word(rest, 0).contains(">")) {
                    group.cut(way(rest.get(0)).get(0), way(rest.get(0)).get(1));
                } else {
                    group.cutOff(node(rest, 0));
                }
            }
            case "heal" -> group.heal();
            case "disk" -> group.hang(node(rest, 0), one(word(rest, 1), "hangs", "works"));
            case "persist" -> group.persist(node(rest, 0));
            case "propose" -> group.propose(node(rest, 0), rest.subList(1, rest.size()));
            case "read" -> group.read(node(rest, 0));
            case "lease" -> group.lease(node(rest, 0));
            case "transfer" ->
                group.transfer(way(word(rest, 0)).get(0), way(word(rest, 0)).get(1));
            case "change" ->
                group.change(
                        node(rest, 0),
                        new TreeSet<>(nodes(NAMES.splitToList(word(rest, 1)))),
                        new TreeSet<>(nodes(NAMES.splitToList(rest.size() > 2 ? rest.get(2) : ""))));
            case "compact" -> group.compact(node(rest, 0), MessageText.number(word(rest, 1)));
            case "offer" ->
                group.offer(way(word(rest, 0)).get(0), way(word(rest, 0)).get(1));
            case "install" ->
                group.endOffer(way(word(rest, 0)).get(0), way(word(rest, 0)).get(1), true);
            case "abandon" ->
                group.endOffer(way(word(rest, 0)).get(0), way(word(rest, 0)).get(1), false);
            case "sent" ->
                group.sent(way(word(rest, 0)).get(0), way(word(rest, 0)).get(1));
            case "crash" -> group.crash(node(rest, 0), rest.size() > 1 ? MessageText.number(rest.get(1)) : 0);
            case "start" -> group.start(node(rest, 0));
            case "show" -> group.show(nodes(rest));
            default -> throw new IllegalArgumentException("no step '" + verb + "'");
        }
    }

    private static void member(ScenarioGroup group, List<String> rest) {
        Map<String, String> options = options(rest, Set.of("term", "vote", "log"));
        String vote = options.get("vote");
        List<Entry> log = new ArrayList<>();
        for (String term : NAMES.split(options.getOrDefault("log", ""))) {
            long index = log.size() + 1L;
            Bytes command = Bytes.ofUtf8("e" + index + "t" + term);
            log.add(new Entry(index, MessageText.number(term), Entry.Kind.COMMAND, command));
        }
        long term = MessageText.number(options.getOrDefault("term", "0"));
        if (!log.isEmpty() && log.get(log.size() - 1).term() > term) {
            throw new IllegalArgumentException("a log with entries of later terms than " + term);
        }
        group.add(node(rest, 0), new HardState(term, vote == null ? null : NodeId.of(vote)), log);
    }

    private static List<String> plain(List<String> words) {
        return words.stream().filter(word -> !word.contains("=")).toList();
    }

    private static Map<String, String> options(List<String> words, Set<String> known) {
        Map<String, String> options = new TreeMap<>();
        for (String word : words) {
            int at = word.indexOf('=');
            if (at >= 0) {
                options.put(word.substring(0, at), word.substring(at + 1));
            }
        }
        if (!known.containsAll(options.keySet())) {
            throw new IllegalArgumentException("options are " + new TreeSet<>(known) + ", not " + options.keySet());
        }
        return options;
    }

    private static String word(List<String> words, int at) {
        if (at >= words.size()) {
            throw new IllegalArgumentException("something is missing");
        }
        return words.get(at);
    }

    private static NodeId node(List<String> words, int at) {
        return NodeId.of(word(words, at));
    }

    private static List<NodeId> nodes(Collection<String> words) {
        return words.stream().map(NodeId::of).toList();
    }

    private static boolean one(String word, String yes, String no) {
        if (!word.equals(yes) && !word.equals(no)) {
            throw new IllegalArgumentException("'" + word + "' is neither '" + yes + "' nor '" + no + "'");
        }
        return word.equals(yes);
    }

    private static long nanos(String word) {
        if (!word.endsWith("ms")) {
            throw new IllegalArgumentException("'" + word + "' is no time such as 300ms");
        }
        return MessageText.number(word.substring(0, word.length() - 2)) * 1_000_000L;
    }

    private static List<NodeId> way(String word) {
        List<String> ends = Splitter.on('>').splitToList(word);
        if (ends.size() != 2) {
            throw new IllegalArgumentException("'" + word + "' is no way such as a>b");
        }
        return ImmutableList.of(NodeId.of(ends.get(0)), NodeId.of(ends.get(1)));
    }

    private static List<RaftRig.Sent> selected(ScenarioGroup group, List<String> words) {
        List<RaftRig.Sent> found = under(group, words);
        if (found.isEmpty()) {
            throw new IllegalArgumentException("nothing of that is under way");
        }
        return found;
    }

    private static List<RaftRig.Sent> under(ScenarioGroup group, List<String> words) {
        Predicate<RaftRig.Sent> onWay = message -> true;
        Set<String> types = new TreeSet<>();
        String part = "all";
        for (String word : words) {
            if (word.contains(">")) {
                List<String> ends = Splitter.on('>').splitToList(word);
                onWay = message -> isAt(ends.get(0), message.from()) && isAt(ends.get(1), message.to());
            } else if (MessageText.isType(word)) {
                types.add(word);
            } else {
                part = one(word, "first", "last") ? "first" : "last";
            }
        }
        List<RaftRig.Sent> found = group.under(
                onWay.and(message -> types.isEmpty() || types.contains(MessageText.typeOf(message.message()))));
        int from = part.equals("last") ? Math.max(0, found.size() - 1) : 0;
        int to = part.equals("first") ? Math.min(1, found.size()) : found.size();
        return found.subList(from, to);
    }

    private static boolean isAt(String pattern, NodeId node) {
        return pattern.equals("*") || pattern.equals(node.value());
    }
}
