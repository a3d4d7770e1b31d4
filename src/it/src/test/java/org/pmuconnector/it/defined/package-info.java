/** An application that defines all that it needs of the adapter by annotations, deployed into servers by the tests. */
package org.pmuconnector.it.defined;
