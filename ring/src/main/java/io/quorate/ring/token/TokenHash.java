package io.quorate.ring.token;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import io.quorate.ring.bytes.Bytes;
import java.nio.charset.StandardCharsets;

/**
 * The point of a key on the ring: the first 64 bits of murmur3_128 over {@code bucket, 0x00, key}, read as an unsigned
 * number. Frozen: which node holds a stored key depends on it (the golden vectors of the test hold it in place).
 */
public final class TokenHash {
    private static final HashFunction MURMUR = Hashing.murmur3_128();

    private TokenHash() {}

    public static long tokenOf(String bucket, Bytes key) {
        byte[] name = bucket.getBytes(StandardCharsets.UTF_8);
        byte[] input = new byte[name.length + 1 + key.length()];
        System.arraycopy(name, 0, input, 0, name.length);
        key.copyTo(input, name.length + 1);
        return MURMUR.hashBytes(input).asLong();
    }
}
