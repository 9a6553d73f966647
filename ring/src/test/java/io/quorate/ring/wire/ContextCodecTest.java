package io.quorate.ring.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.VersionVector;
import io.quorate.ring.wire.ContextCodec.Scope;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContextCodecTest {
    private static final Scope SCOPE = new Scope("carts", 3, 17, Bytes.ofUtf8("alice"));
    private final CausalContext context = randomContext(new Random(1), 4);
    private final String token = ContextCodec.encode(context, List.of(), SCOPE);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aTokenIsReadBack(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            CausalContext any = randomContext(random, random.nextInt(8));
            assertThat(ContextCodec.decode(ContextCodec.encode(any, List.of(), SCOPE), SCOPE))
                    .isEqualTo(any);
        }
        assertThat(ContextCodec.decode(ContextCodec.encode(CausalContext.EMPTY, List.of(), SCOPE), SCOPE))
                .isEqualTo(CausalContext.EMPTY);
    }

    @Test
    void aTokenIsSafeInUrlsAndHeaders() {
        assertThat(token).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void aTokenCutShortAtAnyLengthIsRefused() {
        for (int length = 0; length < token.length(); length++) {
            refused(token.substring(0, length), SCOPE);
        }
    }

    @Test
    void aTokenWithAnyBitFlippedIsRefused() {
        byte[] data = Base64.getUrlDecoder().decode(token);
        for (int bit = 0; bit < data.length * 8; bit++) {
            byte[] damaged = data.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            refused(Base64.getUrlEncoder().withoutPadding().encodeToString(damaged), SCOPE);
        }
    }

    @Test
    void aTokenWithBytesBehindItIsRefused() {
        refused(token + "AAAA", SCOPE);
    }

    @Test
    @Tag("V7")
    void aTokenOfAnotherKeyBucketOrGenerationIsRefused() {
        List<Scope> others = List.of(
                new Scope("carts", 3, 17, Bytes.ofUtf8("alicf")),
                new Scope("carts", 3, 17, Bytes.ofUtf8("")),
                new Scope("cart", 3, 17, Bytes.ofUtf8("salice")),
                new Scope("carts", 4, 17, Bytes.ofUtf8("alice")),
                new Scope("carts", 2, 17, Bytes.ofUtf8("alice")));
        for (Scope other : others) {
            assertThatThrownBy(() -> ContextCodec.decode(token, other))
                    .isInstanceOf(DecodeException.class)
                    .hasMessageContaining("another key");
        }
    }

    @Test
    void aTokenAboveTheLimitIsRefusedBeforeItIsRead() {
        assertThatThrownBy(() -> ContextCodec.decode("A".repeat(8193), SCOPE))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("8193")
                .hasMessageContaining("8192");
        refused("A".repeat(8192), SCOPE);
    }

    @Test
    void whatIsNoBase64IsRefused() {
        refused("not a token", SCOPE);
        refused(token + "=", SCOPE);
        refused("\u00fc", SCOPE);
    }

    @Test
    void twoHundredIncarnationsStayBelowFourKibibytes() {
        Random random = new Random(9);
        Map<ActorId, Long> entries = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            entries.put(new ActorId(NodeId.of("n" + i % 5), 17, random.nextLong()), 1L + random.nextInt(100_000));
        }
        CausalContext wide = CausalContext.of(VersionVector.of(entries));
        String encoded = ContextCodec.encode(wide, List.of(), SCOPE);
        assertThat(encoded).hasSizeLessThan(4096);
        assertThat(ContextCodec.decode(encoded, SCOPE)).isEqualTo(wide);
    }

    @Test
    void aContextTooLongForATokenClaimsLessButAllThatIsShown() {
        ActorId actor = new ActorId(NodeId.of("n1"), 17, 5);
        List<Dot> dots = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            dots.add(new Dot(actor, 10 + 2L * i));
        }
        CausalContext broad = CausalContext.of(VersionVector.EMPTY.with(actor, 7), dots);
        List<Dot> shown = List.of(dots.get(3), dots.get(1_999));
        CausalContext read = ContextCodec.decode(ContextCodec.encode(broad, shown, SCOPE), SCOPE);
        assertThat(read).isEqualTo(CausalContext.of(VersionVector.EMPTY.with(actor, 7), shown));
    }

    private static void refused(String text, Scope scope) {
        try {
            CausalContext read = ContextCodec.decode(text, scope);
            fail("'%s' was read as %s", text, read);
        } catch (DecodeException expected) {
            assertThat(expected).hasMessageContaining("context token");
        }
    }

    private static CausalContext randomContext(Random random, int actors) {
        Map<ActorId, Long> entries = new HashMap<>();
        List<Dot> dots = new ArrayList<>();
        for (int i = 0; i < actors; i++) {
            ActorId actor = new ActorId(NodeId.of("node-" + random.nextInt(3)), 17, random.nextLong());
            entries.put(actor, 1L + random.nextInt(1000));
            if (random.nextBoolean()) {
                dots.add(new Dot(actor, 2000 + random.nextInt(1000)));
            }
        }
        return CausalContext.of(VersionVector.of(entries), dots);
    }
}
