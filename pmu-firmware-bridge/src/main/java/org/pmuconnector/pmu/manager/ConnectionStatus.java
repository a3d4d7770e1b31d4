package org.pmuconnector.pmu.manager;

/**
 * A connection at one moment.
 *
 * @param id its number, also its protection domain
 * @param peer address and port, or the process
 * @param purpose null until it has said hello
 * @param instance that it belongs to, empty for none
 * @param region that its keys are for, empty if it has had none
 * @param keys how many it has
 * @param connectedMillis for how long it has been open
 */
public record ConnectionStatus(
        long id, String peer, Purpose purpose, String instance, String region, int keys, long connectedMillis) {}
