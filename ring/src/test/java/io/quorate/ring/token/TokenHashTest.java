package io.quorate.ring.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.ring.bytes.Bytes;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenHashTest {
    @ParameterizedTest
    @CsvSource({
        "carts, 00, a354e1cad2eacb2b",
        "carts, 616c696365, c757e6378ff68f57",
        "carts, 626f62, c6cfe2466c12a21f",
        "cart, 736f6e, 3f16a8a28bc4ea1b",
        "b, '', 0460ff648fb4f9af",
        "'', '', 4610abe56eff5cb5",
        "carts, ff, e7afec868903ee70",
        "carts, c328, 4f685a93377a4591",
        "carts, 0000, 54017e3523a26805",
        "sessions-2025, f09f9b92, 828bbf555e6d5eff",
        "a, 620063, b68bf8963758062d",
    })
    void tokensOfStoredKeysNeverChange(String bucket, String keyHex, String token) {
        assertThat(hex(TokenHash.tokenOf(bucket, Bytes.wrap(HexFormat.of().parseHex(keyHex)))))
                .isEqualTo(token);
    }

    @Test
    void tokenOfTheLongestKeyNeverChanges() {
        Bytes key = Bytes.wrap(HexFormat.of().parseHex("ff".repeat(1024)));
        assertThat(hex(TokenHash.tokenOf("carts", key))).isEqualTo("046431f4dfff5f75");
    }

    @Test
    void bucketAndKeyAreToldApart() {
        long one = TokenHash.tokenOf("cart", Bytes.ofUtf8("son"));
        long other = TokenHash.tokenOf("carts", Bytes.ofUtf8("on"));
        assertThat(one).isNotEqualTo(other);
    }

    private static String hex(long token) {
        return HexFormat.of().toHexDigits(token);
    }
}
