/** When a thread that waits for a network should poll instead of blocking. The same for every transport and both ends. */
package org.pmuconnector.polling;
