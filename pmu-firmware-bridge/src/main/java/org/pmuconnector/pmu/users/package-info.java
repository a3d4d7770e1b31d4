/** Who may log in to a unit: users with their passwords' verifiers and roles, and the file that keeps them. */
package org.pmuconnector.pmu.users;
