/**
 * Tells whether RDMA verbs can work on a host, and what is missing: what is there is read into records, and pure
 * functions make findings of these.
 */
package org.pmuconnector.daemon.doctor;
