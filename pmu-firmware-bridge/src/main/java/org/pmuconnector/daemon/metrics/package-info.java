/** What a served unit tells those who watch it over time, as OpenMetrics. */
package org.pmuconnector.daemon.metrics;
