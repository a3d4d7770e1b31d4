/**
 * The responder's side of RDMA verbs: the unit's keys become memory regions of a device, in a protection domain for each
 * connection. Defined by the class loader for verbs ({@link org.pmuconnector.verbs.VerbsProvider}): never to be named from
 * outside the packages that this loader defines.
 */
package org.pmuconnector.pmu.nic.verbs;
