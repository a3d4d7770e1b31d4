package org.pmuconnector.sample.web;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** All resources directly below the context root. */
@ApplicationPath("/")
public class DeskApplication extends Application {}
