package io.quorate.node.actor;

import io.quorate.node.protocol.group.Damage;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a group that cannot be read on this node. Damage does not pass: what there is of the group is given up for
 * good before anything of it is touched, so that whatever happens next, nobody votes or acknowledges here with less than was
 * promised. What may pass is only told. Either way the actor that found it is to end.
 */
final class GivingUp {
    private static final Logger LOG = LoggerFactory.getLogger(GivingUp.class);

    private GivingUp() {}

    private static String advice(Throwable why, int homes) {
        if (!(why instanceof StorageException) && !(why instanceof CorruptRecordException)) {
            return "";
        }
        return Damage.canBeLetIn(homes)
                ? ". If that does not pass, and the other nodes are well, stop this node, empty its data directory and start it"
                        + " again: then they let it in"
                : ". The group has " + homes
                        + " homes, of which the others cannot let this one in: keep its data directory";
    }

    /** Tells what cannot be read, and gives it up if it is damaged. */
    static void ofUnreadable(RaftGroupActor.Around around, String what, Throwable why) {
        ReplicaSetId set = around.group().set();
        String name = around.group().self() + ": partition " + set.partition();
        int homes = around.group().homes().size();
        if (!Damage.isToBeGivenUp(why, homes)) {
            LOG.error("{}: {} cannot be read, it starts anew: {}{}", name, what, why.getMessage(), advice(why, homes));
            return;
        }
        LOG.error(
                "{}: {} is damaged: {}. This node gives up what it has of the group, takes no part in it, and asks to be let in"
                        + " with a state of another member",
                name,
                what,
                why.getMessage());
        around.group().store().giveUp(set, failure -> {
            if (failure == null) {
                around.events().givenUp(set);
            } else {
                LOG.error("{}: that could not be written, it starts anew: {}", name, failure.getMessage());
            }
        });
    }
}
