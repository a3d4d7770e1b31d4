package org.pmuconnector.benchmarks.app;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Serves the application's resources at its root. */
@ApplicationPath("/")
public class BenchmarkApplication extends Application {}
