package io.quorate.node.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.topology.NodeId;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AddressBookTest {
    private static final NodeId N2 = NodeId.of("n2");
    private static final NodeId N3 = NodeId.of("n3");
    private static final NodeId N4 = NodeId.of("n4");
    private static final NodeId STATIC = NodeId.of("n9");
    private static final InetSocketAddress A = address(1);
    private static final InetSocketAddress B = address(2);
    private static final InetSocketAddress C = address(3);

    private final AddressBook book = new AddressBook(List.of(N2, N3, N4), 4);

    private static InetSocketAddress address(int number) {
        return new InetSocketAddress(InetAddresses.forString("10.0.0." + number), 7301);
    }

    private void open(NodeId node, InetSocketAddress address, long boot) {
        assertThat(book.find(node)).isEqualTo(address);
        book.opened(node, Lane.CONTROL, address, boot);
    }

    @Test
    void whoAnswersAtAnAddressIsThere() {
        assertThat(book.find(N2)).isNull();

        assertThat(book.answered(A, N2, 1)).isTrue();

        assertThat(book.find(N2)).isEqualTo(A);
        assertThat(book.answered(A, N2, 1)).as("news twice").isFalse();
    }

    @Test
    void membersWithAHostAreLeftAlone() {
        assertThat(book.seeks(STATIC)).isFalse();
        assertThat(book.answered(A, STATIC, 1)).isFalse();
        assertThat(book.said(STATIC, A, 1)).isFalse();
        assertThat(book.heardOf(STATIC, A)).isFalse();
        assertThat(book.find(STATIC)).isNull();
    }

    @Test
    void allAreMissingUntilEachHasAConnectionOnSomeLane() {
        assertThat(book.missing()).containsExactly(N2, N3, N4);
        book.answered(A, N2, 1);
        open(N2, A, 1);
        book.opened(N2, Lane.DATA, A, 1);
        assertThat(book.missing()).containsExactly(N3, N4);

        book.lost(N2, Lane.CONTROL, A);
        assertThat(book.missing()).containsExactly(N3, N4);
        book.lost(N2, Lane.DATA, A);
        assertThat(book.missing()).containsExactly(N2, N3, N4);
        assertThat(book.find(N2)).as("it may come back there").isEqualTo(A);
    }

    @Test
    void connectionThatWorksIsNotDisturbedByWhatAnyoneAnswersOrTells() {
        book.answered(A, N2, 1);
        open(N2, A, 1);

        assertThat(book.answered(B, N2, 2)).isFalse();
        assertThat(book.heardOf(N2, B)).isFalse();
        assertThat(book.said(N2, B, 1)).as("the same start at a second address").isFalse();
        assertThat(book.answered(A, N3, 5))
                .as("another's answer at its address")
                .isTrue();

        assertThat(book.find(N2)).isEqualTo(A);
    }

    @Test
    void memberThatStartsAnewElsewhereSaysSoAndIsBelievedAtOnce() {
        book.answered(A, N2, 1);
        open(N2, A, 1);

        assertThat(book.said(N2, B, 2)).isTrue();

        assertThat(book.find(N2)).isEqualTo(B);
        assertThat(book.missing()).contains(N2);
        book.lost(N2, Lane.CONTROL, A);
        assertThat(book.heardOf(N2, A))
                .as("what was lost was not the new address")
                .isFalse();
    }

    @Test
    void memberIsFoundElsewhereOnlyAfterItsConnectionIsLost() {
        book.answered(A, N2, 1);
        open(N2, A, 1);
        book.lost(N2, Lane.CONTROL, A);

        assertThat(book.answered(B, N2, 2)).isTrue();

        assertThat(book.find(N2)).isEqualTo(B);
    }

    @Test
    void addressThatWorkedForTheSameStartIsKeptUntilItFails() {
        book.answered(A, N2, 1);
        assertThat(book.answered(B, N2, 1)).as("its second address").isFalse();
        book.lost(N2, Lane.CONTROL, A);
        assertThat(book.answered(B, N2, 1)).isTrue();
        assertThat(book.find(N2)).isEqualTo(B);
    }

    @Test
    void othersAreBelievedOnlyWhereNothingBetterIsKnown() {
        assertThat(book.heardOf(N2, A)).isTrue();
        assertThat(book.heardOf(N2, B)).as("the first has not failed").isFalse();
        book.lost(N2, Lane.CONTROL, A);
        assertThat(book.heardOf(N2, B)).isTrue();
        assertThat(book.said(N2, C, 1)).isTrue();
        assertThat(book.heardOf(N2, A)).isFalse();
        assertThat(book.find(N2)).isEqualTo(C);
    }

    @Test
    void oneAddressHasOneMember() {
        book.answered(A, N2, 1);
        book.answered(A, N3, 7);
        assertThat(book.find(N2)).isNull();
        assertThat(book.find(N3)).isEqualTo(A);

        book.said(N4, A, 9);
        assertThat(book.find(N3)).isNull();
        assertThat(book.find(N4)).isEqualTo(A);

        book.isOwn(A);
        assertThat(book.find(N4)).as("it is this node").isNull();
    }

    @Test
    void addressWhereSomebodyElseAnswersIsForgottenUnlessItHasChanged() {
        book.answered(A, N2, 1);
        book.notThere(N2, B);
        assertThat(book.find(N2)).isEqualTo(A);
        book.notThere(N2, A);
        assertThat(book.find(N2)).isNull();
    }

    @Test
    void nobodyIsAskedTwiceWhoIsConnectedOrThisNode() {
        book.answered(A, N2, 1);
        open(N2, A, 1);
        book.isOwn(B);

        assertThat(book.worthAsking(List.of(A, B, C, C, address(4), address(5)), 2))
                .containsExactly(C, address(4));
    }

    @Test
    void connectedMembersAreConsultedInTurn() {
        assertThat(book.toConsult()).isNull();
        book.answered(A, N2, 1);
        book.answered(B, N3, 1);
        open(N2, A, 1);
        assertThat(book.toConsult()).isEqualTo(A);
        open(N3, B, 1);
        assertThat(List.of(book.toConsult(), book.toConsult())).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void onlyMembersThatWereMetAreToldOfFirstThoseBehindTheReader() {
        book.answered(A, N2, 1);
        book.heardOf(N3, B);
        book.said(N4, C, 1);

        assertThat(book.met(N3)).containsExactly(new AddressBook.Known(N4, C), new AddressBook.Known(N2, A));
        assertThat(book.met(N2)).containsExactly(new AddressBook.Known(N4, C));
        book.lost(N4, Lane.DATA, C);
        assertThat(book.met(N2)).isEmpty();
    }

    @Test
    void meetingAtAnAddressIsNewsOnce() {
        book.answered(A, N2, 1);
        assertThat(book.opened(N2, Lane.DATA, A, 1)).isTrue();
        assertThat(book.opened(N2, Lane.CONTROL, A, 1)).isFalse();
        book.lost(N2, Lane.DATA, A);
        book.lost(N2, Lane.CONTROL, A);
        assertThat(book.opened(N2, Lane.DATA, A, 2)).isFalse();
        assertThat(book.opened(N2, Lane.DATA, B, 2))
                .as("a connection to where it is no more")
                .isFalse();
        book.said(N2, B, 3);
        assertThat(book.opened(N2, Lane.DATA, B, 3)).isTrue();
    }
}
