/**
 * RDMA verbs: the native library, and the class loader for all classes that use it.
 *
 * <p>{@link org.pmuconnector.verbs.VerbsProvider} is the one door. Behind it are DiSNI's classes and the packages of this
 * project that use them ({@link org.pmuconnector.verbs.VerbsClassLoader#PACKAGES}); no class outside names one of these
 * but as a string.
 */
package org.pmuconnector.verbs;
