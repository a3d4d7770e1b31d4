/** The responder's side of the in-process transport: the same checks as on any network, without one. */
package org.pmuconnector.pmu.nic.embedded;
