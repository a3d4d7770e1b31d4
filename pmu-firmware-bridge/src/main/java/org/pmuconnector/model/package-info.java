/**
 * The words that initiators and the unit share: addresses, levels, epochs, errors, clocks. Values only; no part of the
 * system is known here.
 */
package org.pmuconnector.model;
