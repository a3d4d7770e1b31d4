/** The order desk over HTTP: resources that take orders and show the books, and the page that does so for people. */
package org.pmuconnector.sample.web;
