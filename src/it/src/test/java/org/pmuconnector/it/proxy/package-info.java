/** A network that fails on order, between any two processes that speak TCP. */
package org.pmuconnector.it.proxy;
