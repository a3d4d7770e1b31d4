/** The application that the tests deploy: small enough to see that nothing but the adapter is at work. */
package org.pmuconnector.it.app;
