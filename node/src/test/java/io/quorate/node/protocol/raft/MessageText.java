package io.quorate.node.protocol.raft;

import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Messages and entries as a scenario has them: {@code append term=2 prevIndex=1 prevTerm=1 entries=2/2:x commit=1}, where
 * an entry is {@code index/term:command} and one that does nothing has no command. What is 0, false or empty is left out.
 */
final class MessageText {
    private static final Map<String, Class<?>> TYPES = new TreeMap<>();

    static {
        for (Class<?> type : RaftMessage.class.getPermittedSubclasses()) {
            TYPES.put(type.getSimpleName().toLowerCase(Locale.ROOT), type);
        }
    }

    private MessageText() {}

    static boolean isType(String word) {
        return TYPES.containsKey(word);
    }

    static String typeOf(RaftMessage message) {
        return message.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    static String of(RaftMessage message) {
        StringBuilder text = new StringBuilder(typeOf(message));
        for (RecordComponent part : message.getClass().getRecordComponents()) {
            String value = ofPart(valueOf(part, message));
            if (!value.isEmpty()) {
                text.append(' ').append(part.getName()).append('=').append(value);
            }
        }
        return text.toString();
    }

    private static Object valueOf(RecordComponent part, RaftMessage message) {
        try {
            return part.getAccessor().invoke(message);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String ofPart(Object value) {
        if (value instanceof List<?> entries) {
            return Joiner.on(',')
                    .join(entries.stream().map(entry -> of((Entry) entry)).toList());
        }
        if (value.equals(Long.MAX_VALUE)) {
            return "unknown";
        }
        return value.equals(0L) || value.equals(false) ? "" : value.toString();
    }

    static String of(Entry entry) {
        String place = entry.index() + "/" + entry.term();
        return switch (entry.kind()) {
            case NOOP -> place;
            case COMMAND -> place + ":" + entry.payload().toUtf8();
            case CONFIGURATION -> place + ":" + of(Configuration.decode(entry.payload()));
        };
    }

    /** Voters, those before them while the group changes, and who only learns. */
    static String of(Configuration configuration) {
        return names(configuration.voters())
                + (configuration.isJoint() ? "&" + names(configuration.outgoing()) : "")
                + (configuration.learners().isEmpty() ? "" : "~" + names(configuration.learners()));
    }

    private static String names(Collection<NodeId> nodes) {
        return "[" + Joiner.on(' ').join(nodes.stream().map(NodeId::value).toList()) + "]";
    }

    /** Reads what {@link #of(RaftMessage)} wrote, but for entries that change the group. */
    static RaftMessage parse(List<String> words) {
        Class<?> type = words.isEmpty() ? null : TYPES.get(words.get(0));
        if (type == null) {
            throw new IllegalArgumentException("no message: " + words + "; there are " + TYPES.keySet());
        }
        Map<String, String> given = new TreeMap<>();
        for (String word : words.subList(1, words.size())) {
            List<String> pair = Splitter.on('=').limit(2).splitToList(word);
            if (pair.size() != 2) {
                throw new IllegalArgumentException("'" + word + "' is not name=value");
            }
            given.put(pair.get(0), pair.get(1));
        }
        RecordComponent[] parts = type.getRecordComponents();
        List<Object> values = new ArrayList<>();
        for (RecordComponent part : parts) {
            String text = given.remove(part.getName());
            values.add(parsePart(part.getType(), text == null ? "" : text));
        }
        if (!given.isEmpty()) {
            throw new IllegalArgumentException(words.get(0) + " has no " + given.keySet());
        }
        try {
            Class<?>[] types =
                    Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return (RaftMessage) type.getDeclaredConstructor(types).newInstance(values.toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(words + " cannot be made", e);
        }
    }

    private static Object parsePart(Class<?> type, String text) {
        if (type == long.class) {
            return text.isEmpty() ? 0L : number(text);
        }
        if (type == boolean.class) {
            return Boolean.parseBoolean(text);
        }
        return Splitter.on(',')
                .omitEmptyStrings()
                .splitToStream(text)
                .map(MessageText::parseEntry)
                .collect(ImmutableList.toImmutableList());
    }

    private static Entry parseEntry(String text) {
        int slash = text.indexOf('/');
        int colon = text.indexOf(':');
        if (slash < 0) {
            throw new IllegalArgumentException("'" + text + "' is not index/term or index/term:command");
        }
        return new Entry(
                number(text.substring(0, slash)),
                number(text.substring(slash + 1, colon < 0 ? text.length() : colon)),
                colon < 0 ? Entry.Kind.NOOP : Entry.Kind.COMMAND,
                colon < 0 ? Bytes.EMPTY : Bytes.ofUtf8(text.substring(colon + 1)));
    }

    static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is no number", e);
        }
    }
}
