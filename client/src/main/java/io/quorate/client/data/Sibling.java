package io.quorate.client.data;

import io.quorate.ring.bytes.Bytes;
import java.time.Instant;

/**
 * One live version of a key.
 *
 * @param dot the version's name, the same at every node
 * @param contentType the media type it was written with
 * @param written when its first replica took it, by that node's clock: for people, not for ordering
 * @param value the bytes
 */
public record Sibling(String dot, String contentType, Instant written, Bytes value) {}
