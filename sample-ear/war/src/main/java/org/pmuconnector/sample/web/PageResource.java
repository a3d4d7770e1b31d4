package org.pmuconnector.sample.web;

import jakarta.enterprise.context.RequestScoped;
import jakarta.servlet.ServletContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;

/** The page for people. A resource like the others, because the application takes every path below the context root. */
@Path("")
@RequestScoped
public class PageResource {

    @Context
    private ServletContext servletContext;

    /** {@code GET /}. */
    @GET
    public Response index() {
        return file("index.html", "text/html;charset=UTF-8");
    }

    /** The page's program. */
    @GET
    @Path("desk.js")
    public Response script() {
        return file("desk.js", "text/javascript;charset=UTF-8");
    }

    /** The page's style. */
    @GET
    @Path("desk.css")
    public Response style() {
        return file("desk.css", "text/css;charset=UTF-8");
    }

    private Response file(String name, String type) {
        InputStream content = servletContext.getResourceAsStream("/WEB-INF/page/" + name);
        return Response.ok(content, type)
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .header("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'")
                .header("X-Content-Type-Options", "nosniff")
                .build();
    }
}
