/** Programs for chaos without an application server: one that writes and stands by, and one that reads what is left. */
package org.pmuconnector.ra.chaos;
