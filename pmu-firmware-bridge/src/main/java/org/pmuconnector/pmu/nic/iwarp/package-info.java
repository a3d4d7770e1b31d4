/**
 * The software network interface: the responder of iWARP streams over TCP. It checks each access against the unit's
 * tables, moves the bytes and hands control messages on.
 */
package org.pmuconnector.pmu.nic.iwarp;
