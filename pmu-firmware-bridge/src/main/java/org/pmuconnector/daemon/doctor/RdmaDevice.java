package org.pmuconnector.daemon.doctor;

import java.util.List;

/**
 * An RDMA device.
 *
 * @param name such as mlx5_0
 * @param nodeType such as {@code 1: CA}
 * @param driver of the hardware; what a device without any says of itself
 * @param firmware its version; empty where there is none
 * @param ports all that could be read
 */
public record RdmaDevice(String name, String nodeType, String driver, String firmware, List<RdmaPort> ports) {}
