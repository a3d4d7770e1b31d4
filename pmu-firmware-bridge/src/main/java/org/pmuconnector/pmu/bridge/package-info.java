/**
 * The bridge protocol: lets a manager in a process of its own do to a unit what one in the unit's process does, and hands
 * it the control messages of the unit's connections. The messages are in {@code bridge.proto}.
 */
package org.pmuconnector.pmu.bridge;
