package io.quorate.client.data;

/**
 * A write or delete that reached its level.
 *
 * @param context what the writer has seen now: the context it wrote with and its own new version, nothing else
 * @param info the guarantee reached
 */
public record WriteResult(Context context, ResultInfo info) {}
