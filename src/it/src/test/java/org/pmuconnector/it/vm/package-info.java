/** Tests that need a kernel of their own: one with RDMA devices, one that may lose its power. */
package org.pmuconnector.it.vm;
