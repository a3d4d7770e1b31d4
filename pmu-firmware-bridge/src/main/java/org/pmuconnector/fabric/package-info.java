/**
 * The initiator's side of the network: one small, verbs-like interface to a unit's memory and its manager, the same for
 * every transport. It knows neither regions' contents nor Jakarta EE.
 */
package org.pmuconnector.fabric;
