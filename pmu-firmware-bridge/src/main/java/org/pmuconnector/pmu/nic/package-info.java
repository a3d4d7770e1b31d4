/**
 * The responder's side of the network. A network interface checks each access against the tables and moves the bytes;
 * it hands control messages on without reading them and knows nothing of regions or records.
 */
package org.pmuconnector.pmu.nic;
