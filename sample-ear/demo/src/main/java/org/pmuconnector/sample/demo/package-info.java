/**
 * The main job, shown from outside: two servers, one unit, a stream of orders, and the death of the server that takes
 * them.
 */
package org.pmuconnector.sample.demo;
