package io.quorate.client.http;

import io.quorate.ring.bytes.Bytes;

/**
 * Paths of the contract as they stand on the wire. Every byte but the unreserved of RFC 3986 (2.3) is percent-encoded,
 * and a segment that is {@code .} or {@code ..} is so too, lest anything on the way resolves it.
 */
final class RawPath {
    private static final String HEX = "0123456789ABCDEF";

    private RawPath() {}

    static String bucket(String name) {
        return "/v1/buckets/" + segment(Bytes.ofUtf8(name));
    }

    static String key(String bucket, Bytes key) {
        return bucket(bucket) + "/keys/" + segment(key);
    }

    static String segment(Bytes bytes) {
        boolean dots = bytes.length() <= 2 && allDots(bytes);
        StringBuilder out = new StringBuilder(bytes.length() + 16);
        for (int i = 0; i < bytes.length(); i++) {
            int b = bytes.at(i) & 0xff;
            if (isUnreserved(b) && !dots) {
                out.append((char) b);
            } else {
                out.append('%').append(HEX.charAt(b >> 4)).append(HEX.charAt(b & 15));
            }
        }
        return out.toString();
    }

    private static boolean allDots(Bytes bytes) {
        for (int i = 0; i < bytes.length(); i++) {
            if (bytes.at(i) != '.') {
                return false;
            }
        }
        return true;
    }

    private static boolean isUnreserved(int b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || b == '-'
                || b == '.'
                || b == '_'
                || b == '~';
    }
}
