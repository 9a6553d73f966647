package io.quorate.client.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.client.data.ResultInfo;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResultHeaderTest {
    @Test
    void membersThatAreMissingAreSaidToBeUnknown() {
        assertThat(ResultHeader.parse("")).isEqualTo(new ResultInfo("", Optional.empty(), -1, -1, -1, -1, -1, -1, -1));
    }

    @Test
    void quotedValuesParametersAndUnknownMembersDoNotConfuse() {
        ResultInfo info = ResultHeader.parse(
                "mode=\"leader\";x=\"a,b\",level=\"a, need=9\", need=2;p=1, flag, other=(1 2), epoch=12");

        assertThat(info.level()).contains("a, need=9");
        assertThat(info.need()).isEqualTo(2);
        assertThat(info.epoch()).isEqualTo(12);
    }

    @Test
    void valuesThatAreNoNumbersAreUnknown() {
        ResultInfo info = ResultHeader.parse("need=two, acked=-1, epoch=99999999999999999999");

        assertThat(info.need()).isEqualTo(-1);
        assertThat(info.acked()).isEqualTo(-1);
        assertThat(info.epoch()).isEqualTo(-1);
    }
}
