package org.pmuconnector.daemon.doctor;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A port of an RDMA device.
 *
 * @param number as the device counts, from 1
 * @param transport what it speaks
 * @param state such as {@code 4: ACTIVE}; empty if it could not be read, as all texts of the kernel's here
 * @param physicalState such as {@code 5: LinkUp}
 * @param linkLayer such as {@code Ethernet}
 * @param rate such as {@code 100 Gb/sec (4X EDR)}
 * @param interfaces those that it belongs to; none if the kernel does not say
 * @param gids without those that are zero
 */
public record RdmaPort(
        String number,
        RdmaTransport transport,
        String state,
        String physicalState,
        String linkLayer,
        String rate,
        List<PortInterface> interfaces,
        List<Gid> gids) {

    boolean isActive() {
        return state.startsWith("4:");
    }

    /** The state without its number. */
    public String stateName() {
        return name(state);
    }

    /** The physical state without its number. */
    public String physicalStateName() {
        return name(physicalState);
    }

    private static String name(String text) {
        return text.substring(text.indexOf(':') + 1).strip();
    }

    /** The IPv4 addresses that connections can be made to. */
    List<String> addresses() {
        Stream<String> all = transport == RdmaTransport.ROCE
                ? gids.stream().map(Gid::ipv4).flatMap(Optional::stream)
                : interfaces.stream().map(PortInterface::ipv4).flatMap(List::stream);
        return all.distinct().toList();
    }
}
