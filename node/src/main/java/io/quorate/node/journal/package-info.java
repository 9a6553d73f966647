/**
 * The plugin through which Pekko Persistence keeps the events of groups in the node's own database. Start with {@link
 * io.quorate.node.journal.RocksJournal}.
 */
@NullMarked
package io.quorate.node.journal;

import org.jspecify.annotations.NullMarked;
