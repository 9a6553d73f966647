package io.quorate.node.transport.tcp;

import com.google.common.collect.ImmutableList;
import com.google.common.net.HostAndPort;

/**
 * Where to look for the members that no host is configured of.
 *
 * @param setting the key of the setting that says so, for messages
 * @param places hosts or addresses with the port for frames; a name may stand for many addresses
 * @param everyMillis between two searches, as long as a member is missing; nobody is asked while none is
 * @param addressesMax how many addresses are asked in one search, and kept in mind beside those of the members
 */
public record Discovery(String setting, ImmutableList<HostAndPort> places, int everyMillis, int addressesMax) {
    /** Every member's host is configured. */
    public static final Discovery NONE = of("", ImmutableList.of());

    public Discovery {
        if (everyMillis < 10 || everyMillis > 3_600_000) {
            throw new IllegalArgumentException("discovery.every = " + everyMillis + ": must be from 10 to 3600000");
        }
        if (addressesMax < 1 || addressesMax > 65_536) {
            throw new IllegalArgumentException("discovery.addresses = " + addressesMax + ": must be from 1 to 65536");
        }
        for (HostAndPort place : places) {
            if (place.getHost().isEmpty() || !place.hasPort() || place.getPort() == 0) {
                throw new IllegalArgumentException(
                        setting + " = " + place + ": must look like name:7301, with the port for frames");
            }
        }
    }

    /** With a search every second, of up to 256 addresses. */
    public static Discovery of(String setting, ImmutableList<HostAndPort> places) {
        return new Discovery(setting, places, 1_000, 256);
    }

    /** Whether there is anywhere to look. */
    public boolean looks() {
        return !places.isEmpty();
    }
}
