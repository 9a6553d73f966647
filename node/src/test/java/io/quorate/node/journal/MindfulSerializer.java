package io.quorate.node.journal;

import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * Serializes references to actors as typed actors do: it has to be told what system and address it works for, which plugins
 * forget that call serializers themselves.
 */
public final class MindfulSerializer extends SerializerWithStringManifest {
    private static final String MANIFEST = "A";

    private final ExtendedActorSystem system;

    /** What is to be serialized: a reference means nothing but in its system. */
    record Payload(ActorRef ref) {}

    /** Made by Pekko. */
    public MindfulSerializer(ExtendedActorSystem system) {
        this.system = system;
    }

    @Override
    public int identifier() {
        return 170_717;
    }

    @Override
    public String manifest(Object payload) {
        return MANIFEST;
    }

    @Override
    public byte[] toBinary(Object payload) {
        checkInformed();
        return Serialization.serializedActorPath(((Payload) payload).ref()).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
        checkInformed();
        if (!manifest.equals(MANIFEST)) {
            throw new NotSerializableException("manifest " + manifest);
        }
        return new Payload(system.provider().resolveActorRef(new String(bytes, StandardCharsets.UTF_8)));
    }

    /** Throws if nobody has said for whom this works. */
    private void checkInformed() {
        Serialization.Information known = Serialization.getCurrentTransportInformation();
        if (known.system() != system
                || !known.address().equals(system.provider().getDefaultAddress())) {
            throw new IllegalStateException("told to work for " + known);
        }
    }
}
