/**
 * The initiator's side of RDMA verbs. Defined by the class loader for verbs ({@link org.pmuconnector.verbs.VerbsProvider}):
 * never to be named from outside the packages that this loader defines.
 */
package org.pmuconnector.fabric.verbs;
