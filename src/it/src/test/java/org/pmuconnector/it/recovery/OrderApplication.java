package org.pmuconnector.it.recovery;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Serves the application's resources at its root. */
@ApplicationPath("/")
public class OrderApplication extends Application {}
