/**
 * Primary, standby and unit in one process, on a clock and a network that a seed decides about: the code that runs is the
 * production's, and only what it stands on is simulated.
 */
package org.pmuconnector.simulation;
