/** The unit's memory: bytes at offsets, and how they are made persistent. Knows neither tables nor networks. */
package org.pmuconnector.pmu.memory;
