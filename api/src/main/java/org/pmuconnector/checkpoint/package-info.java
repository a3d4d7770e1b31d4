/** The public API of the PMU connector: all that an application sees. */
package org.pmuconnector.checkpoint;
