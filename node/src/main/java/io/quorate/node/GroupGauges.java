package io.quorate.node;

import io.quorate.node.actor.GroupTable;
import io.quorate.node.metrics.NodeMetrics;
import io.quorate.node.protocol.group.GroupReport;
import java.util.function.ToLongFunction;

/** What operators watch of groups, for all of a node together; a second old. */
final class GroupGauges {
    private GroupGauges() {}

    static void register(NodeMetrics metrics, GroupTable groups) {
        metrics.gauge(
                "quorate.groups.led",
                "Groups that this node leads",
                () -> groups.reports().stream().filter(GroupGauges::isLeader).count());
        metrics.gauge(
                "quorate.groups.resting",
                "Groups of this node that have nothing to do and send nothing",
                groups::resting);
        metrics.gauge(
                "quorate.groups.alarmed",
                "Groups whose replicas differ, as this node found, whose state on its disk is damaged, or that are halted here",
                groups::alarmed);
        metrics.gauge(
                "quorate.groups.leaderless",
                "Groups of this node of which it knows no leader, those that start or are halted included",
                () -> groups.size()
                        - groups.reports().stream().filter(GroupReport::isLed).count());
        metrics.gauge(
                "quorate.groups.follower.lag.entries",
                "Entries that the follower furthest behind may lack, of the groups that this node leads",
                () -> highest(groups, GroupReport.Member::lagEntries));
        metrics.gauge(
                "quorate.groups.follower.lag.seconds",
                "How long ago the oldest entry was made that a follower may lack, of the groups that this node leads",
                () -> highest(groups, GroupReport.Member::lagMillis) / 1e3);
        metrics.gauge(
                "quorate.groups.age.seconds",
                "How old what this node has applied may be, in the group where it is oldest; -1 if that is not known",
                () -> age(groups));
    }

    private static boolean isLeader(GroupReport report) {
        return report.role().equals("leader");
    }

    private static long highest(GroupTable groups, ToLongFunction<GroupReport.Member> lag) {
        long highest = 0;
        for (GroupReport report : groups.reports()) {
            if (isLeader(report)) {
                for (GroupReport.Member member : report.members()) {
                    highest = Math.max(highest, member.node().equals(report.leader()) ? 0 : lag.applyAsLong(member));
                }
            }
        }
        return highest;
    }

    private static double age(GroupTable groups) {
        long oldest = 0;
        for (GroupReport report : groups.reports()) {
            if (report.lagMillis() < 0) {
                return -1;
            }
            oldest = Math.max(oldest, report.lagMillis());
        }
        return oldest / 1e3;
    }
}
