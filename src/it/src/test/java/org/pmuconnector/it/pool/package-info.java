/** What the pool tests deploy beside the tests' usual application: connections that stay open from call to call. */
package org.pmuconnector.it.pool;
