package io.quorate.ring.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.Random;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSourceTest {
    @Test
    void everythingThatASinkWritesIsReadBack() {
        ByteSink out = new ByteSink(1);
        out.u8(0xfe)
                .u16(0xfedc)
                .u32(0xfedcba98)
                .u64(Long.MIN_VALUE + 7)
                .flag(true)
                .flag(false);
        out.varint(-1)
                .bytes(Bytes.ofUtf8("abc"))
                .text("h\u00e9llo \ud83d\uded2")
                .raw(Bytes.ofUtf8("tail"));
        ByteSource in = new ByteSource(out.toBytes());
        assertThat(in.u8()).isEqualTo(0xfe);
        assertThat(in.u16()).isEqualTo(0xfedc);
        assertThat(in.u32()).isEqualTo(0xfedcba98);
        assertThat(in.u64()).isEqualTo(Long.MIN_VALUE + 7);
        assertThat(in.flag()).isTrue();
        assertThat(in.flag()).isFalse();
        assertThat(in.varint()).isEqualTo(-1);
        assertThat(in.bytes(3)).isEqualTo(Bytes.ofUtf8("abc"));
        assertThat(in.text(100)).isEqualTo("h\u00e9llo \ud83d\uded2");
        assertThat(in.raw(4)).isEqualTo(Bytes.ofUtf8("tail"));
        in.end();
    }

    @Test
    void numbersAreBigEndian() {
        byte[] written = new ByteSink(16)
                .u16(0x0102)
                .u32(0x03040506)
                .u64(0x0708090a0b0c0d0eL)
                .toByteArray();
        assertThat(HexFormat.of().formatHex(written)).isEqualTo("0102030405060708090a0b0c0d0e");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 127, 128, 16_383, 16_384, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void varintsOfAnySizeAreReadBack(long value) {
        ByteSource in = new ByteSource(new ByteSink(1).varint(value).toByteArray());
        assertThat(in.varint()).isEqualTo(value);
        in.end();
    }

    @Test
    void aVarintBeyondSixtyFourBitsIsRefused() {
        refused("ffffffffffffffffff02", ByteSource::varint);
        refused("ffffffffffffffffff81", ByteSource::varint);
        refused("80808080808080808080", ByteSource::varint);
        refused("ffffff", ByteSource::varint);
    }

    @Test
    void nothingIsReadBeyondTheEnd() {
        refused("", ByteSource::u8);
        refused("01", ByteSource::u16);
        refused("010203", ByteSource::u32);
        refused("01020304050607", ByteSource::u64);
        refused("01", in -> in.skip(2));
        refused("01", in -> in.raw(2));
        refused("01", in -> in.raw(-1));
    }

    @Test
    void aLengthIsCheckedAgainstItsLimitAndAgainstWhatIsLeft() {
        refused("0461626364", in -> in.bytes(3));
        refused("05616263", in -> in.bytes(100));
        refused("05616263", in -> in.text(100));
        refused("ffffffffffffffffff01", in -> in.bytes(Integer.MAX_VALUE));
        refused("ffffffff7f", in -> in.bytes(Integer.MAX_VALUE));
        refused("0300000000", in -> in.count(10, 2));
        assertThat(new ByteSource(HexFormat.of().parseHex("0200000000")).count(10, 2))
                .isEqualTo(2);
        refused("0b", in -> in.count(10));
    }

    @Test
    void textThatIsNotUtf8IsRefused() {
        refused("02c328", in -> in.text(10));
        refused("01ff", in -> in.text(10));
        refused("03eda080", in -> in.text(10));
    }

    @Test
    void flagsAreZeroOrOne() {
        refused("02", ByteSource::flag);
    }

    @Test
    void bytesAfterTheEndAreRefused() {
        refused("0102", in -> {
            in.u8();
            in.end();
        });
    }

    @Test
    void aSourceStaysWithinItsWindow() {
        byte[] data = {1, 2, 3, 4};
        ByteSource window = new ByteSource(data, 1, 2);
        assertThat(window.remaining()).isEqualTo(2);
        assertThat(window.u16()).isEqualTo(0x0203);
        assertThatThrownBy(window::u8).isInstanceOf(DecodeException.class);
        ThrowingCallable outside = () -> new ByteSource(data, 3, 2);
        assertThatThrownBy(outside).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new ByteSource(data, Integer.MAX_VALUE, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new ByteSource(data, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void lengthsKnownLaterCanBePatchedOnlyWhereSomethingWasWritten() {
        ByteSink out = new ByteSink(4).u32(0).u8(7);
        out.putU32(0, 99);
        assertThat(new ByteSource(out.toBytes()).u32()).isEqualTo(99);
        assertThatThrownBy(() -> out.putU32(2, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> out.putU32(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aSinkGrowsToWhateverIsWrittenAndStartsOverWhenCleared() {
        Random random = new Random(5);
        ByteSink out = new ByteSink(1);
        for (int round = 0; round < 20; round++) {
            out.clear();
            byte[] data = new byte[random.nextInt(5000)];
            random.nextBytes(data);
            for (byte b : data) {
                out.u8(b);
            }
            out.raw(data, 0, data.length);
            assertThat(out.size()).isEqualTo(2 * data.length);
            ByteSource in = new ByteSource(out.toByteArray());
            assertThat(in.raw(data.length)).isEqualTo(Bytes.wrap(data));
            assertThat(in.raw(data.length)).isEqualTo(Bytes.wrap(data));
        }
    }

    private static void refused(String hex, Consumer<ByteSource> read) {
        ByteSource in = new ByteSource(HexFormat.of().parseHex(hex));
        assertThatThrownBy(() -> read.accept(in)).isInstanceOf(DecodeException.class);
    }
}
