/** Between the wire's control messages and the manager: nothing but translation, both ways. */
package org.pmuconnector.pmu.control;
