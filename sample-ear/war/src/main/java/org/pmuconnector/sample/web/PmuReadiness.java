package org.pmuconnector.sample.web;

import jakarta.enterprise.context.ApplicationScoped;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.eclipse.microprofile.health.Readiness;

/**
 * The connector's part in MicroProfile Health's {@code /health/ready}: up when each unit answers, and each region that a
 * message-driven bean follows has its primary or its standby here. It knows nothing of this application, so that others
 * may copy it. A server without MicroProfile Health leaves it out. Safe for use by many threads.
 */
@Readiness
@ApplicationScoped
public class PmuReadiness implements HealthCheck {

    private static final Set<String> READY = Set.of("PRIMARY", "STANDBY");

    private final MBeanServer server;

    /** In this server. */
    public PmuReadiness() {
        this(ManagementFactory.getPlatformMBeanServer());
    }

    PmuReadiness(MBeanServer server) {
        this.server = server;
    }

    @Override
    public HealthCheckResponse call() {
        Map<String, Object> found = new TreeMap<>();
        boolean up;
        try {
            boolean answered = unitsAnswer(found);
            // Also where a unit does not answer, so that the answer shows all that is wrong.
            boolean served = regionsAreServed(found);
            up = answered && served;
        } catch (JMException e) {
            // A bean that goes while it is read: the adapter is being stopped.
            found.put("failure", e.toString());
            up = false;
        }
        return new HealthCheckResponse("pmu-connector", up ? Status.UP : Status.DOWN, Optional.of(found));
    }

    private boolean unitsAnswer(Map<String, Object> found) throws JMException {
        Set<ObjectName> units = beans("Unit");
        boolean up = !units.isEmpty();
        for (ObjectName unit : units) {
            boolean answers = (boolean) server.getAttribute(unit, "SessionUp");
            found.put("unit " + server.getAttribute(unit, "UnitAddress"), answers ? "UP" : "DOWN");
            up &= answers;
        }
        return up;
    }

    private boolean regionsAreServed(Map<String, Object> found) throws JMException {
        boolean up = true;
        for (ObjectName region : beans("Region")) {
            if ((int) server.getAttribute(region, "Activations") > 0) {
                String role = (String) server.getAttribute(region, "Role");
                found.put("region " + server.getAttribute(region, "RegionName"), role);
                up &= READY.contains(role);
            }
        }
        return up;
    }

    private Set<ObjectName> beans(String type) throws JMException {
        return server.queryNames(new ObjectName("org.pmuconnector:type=" + type + ",*"), null);
    }
}
