package io.quorate.node.http;

import io.quorate.ring.wire.HttpNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What forms of an answer a client takes. */
final class Accept {
    private final List<String> ranges = new ArrayList<>();

    private boolean choosy;

    Accept(@Nullable String header) {
        if (header == null) {
            return;
        }
        for (String part : header.split(",", -1)) {
            String[] pieces = part.split(";", -1);
            boolean refused = false;
            for (int i = 1; i < pieces.length; i++) {
                String parameter = pieces[i].trim().replace(" ", "");
                refused |= parameter.equals("q=0") || parameter.matches("q=0\\.0{1,3}");
            }
            String range = pieces[0].trim().toLowerCase(Locale.ROOT);
            choosy |= !range.isEmpty();
            if (!refused && !range.isEmpty()) {
                ranges.add(range);
            }
        }
    }

    boolean wantsSiblings() {
        return ranges.contains(HttpNames.SIBLINGS_JSON);
    }

    boolean wantsMultipart() {
        return ranges.contains("multipart/mixed") && !wantsSiblings();
    }

    /** Whether a body of this type may be sent; true when the client did not say. */
    boolean takes(String contentType) {
        if (!choosy) {
            return true;
        }
        String type = contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        int slash = type.indexOf('/');
        String family = slash < 0 ? type + "/*" : type.substring(0, slash) + "/*";
        return ranges.contains("*/*") || ranges.contains(type) || ranges.contains(family) || wantsMultipart();
    }
}
