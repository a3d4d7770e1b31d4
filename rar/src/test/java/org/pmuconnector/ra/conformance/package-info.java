/**
 * The adapter under the rules of Jakarta Connectors, as a server sees it: through the contract's interfaces alone, on a real
 * unit. Each test says which section it proves; docs/conformance.md has the rules.
 */
package org.pmuconnector.ra.conformance;
