/** The application with which tests write over verbs from within a server. */
package org.pmuconnector.it.desk;
