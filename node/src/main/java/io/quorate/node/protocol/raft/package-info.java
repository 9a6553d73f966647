/**
 * Leader mode: one Raft group for each partition, after Ongaro and Ousterhout, "In Search of an Understandable Consensus
 * Algorithm" (2014), and Ongaro's dissertation of the same year. Pure: time, randomness and disk are inputs. Start with
 * {@link io.quorate.node.protocol.raft.RaftCore}.
 */
@NullMarked
package io.quorate.node.protocol.raft;

import org.jspecify.annotations.NullMarked;
