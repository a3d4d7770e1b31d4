/** From the addresses that initiators use to places in the unit's memory. Arithmetic only: no input or output. */
package org.pmuconnector.pmu.translation;
