/** The application of the recovery tests: takes orders into a database and a region in one transaction. */
package org.pmuconnector.it.recovery;
