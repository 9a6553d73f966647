package io.quorate.node.transport;

import io.quorate.node.actor.Systems;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.topology.NodeId;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** The remoting of actor systems keeps the contract. */
final class ArteryTransportTest extends TransportContract {
    @Override
    protected Rig rig() {
        return new ArteryRig();
    }

    /** Each node is an actor system with one actor for each lane. */
    static final class ArteryRig extends Rig {
        @Override
        public Node start(NodeId id) {
            return new ArteryNode(id);
        }

        private final class ArteryNode extends Node {
            private final ActorSystem<Void> system;
            private final Transport transport;

            private ArteryNode(NodeId id) {
                system = Systems.remote("contract", membership.get(id));
                transport = new ArteryTransport(system, id, membership, faults);
                for (Lane lane : Lane.values()) {
                    var unused = system.systemActorOf(
                            Behaviors.receiveMessage((Frame frame) -> {
                                take(frame.from(), lane, frame.data().unsafeArray());
                                return Behaviors.same();
                            }),
                            Transport.actorName(id, lane),
                            Props.empty());
                }
            }

            @Override
            public Transport transport() {
                return transport;
            }

            @Override
            public void close() {
                system.terminate();
                try {
                    scala.concurrent.Await.ready(
                            system.whenTerminated(), scala.concurrent.duration.Duration.apply(10, TimeUnit.SECONDS));
                } catch (java.util.concurrent.TimeoutException e) {
                    throw new IllegalStateException(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
