/** Programs for the main job without an application server: a primary to be killed, and a standby. */
package org.pmuconnector.ra.job;
