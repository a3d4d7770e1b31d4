/** Regions in files: what {@code pmu export} writes and {@code pmu import} reads. */
package org.pmuconnector.daemon.transfer;
