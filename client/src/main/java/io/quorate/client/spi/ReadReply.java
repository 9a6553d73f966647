package io.quorate.client.spi;

import io.quorate.client.data.Context;
import io.quorate.client.data.ResultInfo;
import io.quorate.client.data.Sibling;
import java.util.List;

/** The live versions of a key, none to many, and the whole context of what was answered. */
public record ReadReply(List<Sibling> siblings, Context context, ResultInfo info) {
    public ReadReply {
        siblings = List.copyOf(siblings);
    }
}
