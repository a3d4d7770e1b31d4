/**
 * What stands between the manager and the unit: the durable layout, the proof of the manager's identity, and the bridge
 * that alone programs the tables. Knows no region's meaning.
 */
package org.pmuconnector.pmu.firmware;
