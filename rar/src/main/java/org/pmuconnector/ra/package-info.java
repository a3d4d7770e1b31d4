/** The resource adapter: maps the Jakarta Connectors contract onto the checkpoint log. */
package org.pmuconnector.ra;
