/** What an administrator sees and does in the console of a server, in a browser. */
package org.pmuconnector.it.console;
