/** Measurements: programs that measure processes, and JMH micro-benchmarks. */
package org.pmuconnector.benchmarks;
