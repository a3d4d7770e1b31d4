/**
 * The persistent memory manager: which regions there are, whose they are, and who may access them now. A state machine
 * with injected time and randomness, without thread or socket. It reaches memory and tables through its session with the
 * firmware bridge alone.
 */
package org.pmuconnector.pmu.manager;
