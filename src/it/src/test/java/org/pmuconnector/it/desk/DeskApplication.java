package org.pmuconnector.it.desk;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Serves the application's resources at its root. */
@ApplicationPath("/")
public class DeskApplication extends Application {}
