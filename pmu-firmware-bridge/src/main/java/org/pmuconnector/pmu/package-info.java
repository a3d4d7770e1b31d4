/** The persistent memory unit, assembled of its parts. */
package org.pmuconnector.pmu;
