/** The initiator's side of the in-process transport, and the units that this process has open for it. */
package org.pmuconnector.fabric.embedded;
