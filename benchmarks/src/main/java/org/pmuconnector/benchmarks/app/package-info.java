/** The application that benchmarks deploy in a server: beans that append, and the benchmarks' way in. */
package org.pmuconnector.benchmarks.app;
