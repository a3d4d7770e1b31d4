package org.pmuconnector.pmu.manager;

/**
 * A primary that is to give its region to another instance.
 *
 * @param from the primary
 * @param to its successor; empty for any other instance
 */
public record HandoverStatus(String from, String to) {}
