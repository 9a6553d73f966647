package io.quorate.ring.wire;

/** Headers, media types and limits of the HTTP contract. */
public final class HttpNames {
    public static final String CONTEXT = "Quorate-Context";
    public static final String RESULT = "Quorate-Result";
    public static final String EXPLAIN = "Quorate-Explain";
    public static final String DOT = "Quorate-Dot";
    public static final String SESSION = "Quorate-Session";
    public static final String LEADER = "Quorate-Leader";
    public static final String TTL = "Quorate-TTL";
    public static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    public static final String SERVER_TIMING = "Server-Timing";

    public static final String SIBLINGS_JSON = "application/vnd.quorate.siblings+json";
    public static final String PROBLEM_JSON = "application/problem+json";
    public static final String OCTET_STREAM = "application/octet-stream";

    public static final int KEY_MAX_BYTES = 1024;
    public static final int VALUE_MAX_BYTES = 1 << 20;
    public static final int CONTEXT_MAX_CHARS = 8192;

    private HttpNames() {}
}
