package org.pmuconnector.it.operator;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.lang.annotation.Annotation;
import java.util.Arrays;

/**
 * Runs administration commands in Payara Micro, which has no other way in for them once it has booted. Its classes are those
 * of the server's run time, in no archive that one could compile with.
 */
@Path("")
@Produces("text/plain")
public class Operator {

    /** What the server's process holds, after a garbage collection. */
    @GET
    @Path("traces")
    public String traces() throws Exception {
        return Traces.collect().toString();
    }

    /** What former deployments could have left, after a garbage collection. */
    @GET
    @Path("footprint")
    public String footprint() throws Exception {
        return Footprint.collect().toString();
    }

    /** Runs a command of {@code asadmin}'s. Answers with its exit status, SUCCESS, WARNING or FAILURE, and what it says. */
    @POST
    @Path("command")
    public String command(String line) throws Exception {
        String[] words = line.strip().split(" +", -1);
        Object habitat = type("org.glassfish.internal.api.Globals")
                .getMethod("getDefaultHabitat")
                .invoke(null);
        Class<?> runnerType = type("org.glassfish.embeddable.CommandRunner");
        Object runner = type("org.glassfish.hk2.api.ServiceLocator")
                .getMethod("getService", Class.class, Annotation[].class)
                .invoke(habitat, runnerType, new Annotation[0]);
        Object result = runnerType
                .getMethod("run", String.class, String[].class)
                .invoke(runner, words[0], Arrays.copyOfRange(words, 1, words.length));
        Class<?> resultType = type("org.glassfish.embeddable.CommandResult");
        return resultType.getMethod("getExitStatus").invoke(result) + " "
                + resultType.getMethod("getOutput").invoke(result) + " "
                + resultType.getMethod("getFailureCause").invoke(result);
    }

    private static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(name, true, Thread.currentThread().getContextClassLoader());
    }
}
