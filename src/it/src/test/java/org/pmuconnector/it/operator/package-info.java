/** The application with which tests run a server's commands inside of it, and look at what its process holds. */
package org.pmuconnector.it.operator;
