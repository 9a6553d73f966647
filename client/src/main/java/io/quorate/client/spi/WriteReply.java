package io.quorate.client.spi;

import io.quorate.client.data.Context;
import io.quorate.client.data.ResultInfo;

/** A write or delete done; the context holds the call's context and the new version, nothing else. */
public record WriteReply(Context context, ResultInfo info) {}
