package org.pmuconnector.daemon.doctor;

import java.util.List;

/**
 * A network interface that an RDMA device's port belongs to.
 *
 * @param name such as eth0
 * @param ipv4 its IPv4 addresses
 */
public record PortInterface(String name, List<String> ipv4) {}
