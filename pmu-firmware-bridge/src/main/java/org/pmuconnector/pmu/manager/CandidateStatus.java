package org.pmuconnector.pmu.manager;

/**
 * An instance that stands for a region.
 *
 * @param instance its name
 * @param priority the higher, the earlier it may claim the region
 */
public record CandidateStatus(String instance, int priority) {}
