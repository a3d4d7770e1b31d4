/** The executable: the unit's daemon and the tool to look at units. Assembles the other parts; nothing knows it. */
package org.pmuconnector.daemon;
