/** Who may access what: keys, ranges, rights, and the gate that a revocation waits at. No input or output. */
package org.pmuconnector.pmu.protection;
