/**
 * TLS 1.3 for streams between initiators and units: certificates, keys and trust from files, taken anew when the files
 * change. It knows neither sockets nor what is sent.
 */
package org.pmuconnector.tls;
