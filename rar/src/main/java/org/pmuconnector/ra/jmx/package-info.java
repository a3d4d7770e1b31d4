/** What the adapter shows of itself by JMX: one bean for each unit that it uses, one for each region. */
package org.pmuconnector.ra.jmx;
