package org.pmuconnector.daemon.doctor;

import java.util.List;
import java.util.Optional;

/**
 * All that was read of a host.
 *
 * @param devices its RDMA devices
 * @param candidate a network interface that a software device could be put on; empty if there is none
 * @param kernel its modules and device files
 * @param limits of this process
 * @param core rdma-core's libraries
 * @param library the native library
 * @param place of a unit, if one was asked for
 */
public record Host(
        List<RdmaDevice> devices,
        String candidate,
        Kernel kernel,
        ProcessLimits limits,
        RdmaCore core,
        VerbsLibrary library,
        Optional<Place> place) {}
