package org.pmuconnector.sample.desk;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * What an administrator may set. A system property of the server wins over the application's own environment entry, so
 * that one archive serves on servers with different settings.
 */
final class DeskSettings {

    /**
     * System property: this server's name in answers and on the page; the host's name and the process id unless set.
     */
    static final String SERVER_NAME = "pmu.sample.serverName";

    /** System property: updates after which the primary writes a base; 1 or more. */
    static final String UPDATES_PER_BASE = "pmu.sample.updatesPerBase";

    /** System property: the JNDI name of the database that has every batch as well; none unless set. */
    static final String DATABASE = "pmu.sample.database";

    private DeskSettings() {}

    static String serverName() {
        String configured = System.getProperty(SERVER_NAME, "");
        return configured.isBlank() ? hostName() + ':' + ProcessHandle.current().pid() : configured.strip();
    }

    static int updatesPerBase(int environmentEntry) {
        String configured = System.getProperty(UPDATES_PER_BASE, "").strip();
        try {
            return configured.isEmpty() ? environmentEntry : Integer.parseInt(configured);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "system property " + UPDATES_PER_BASE + " must be an integer, found " + configured, notANumber);
        }
    }

    /** Empty for none. */
    static String database() {
        return System.getProperty(DATABASE, "").strip();
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "host";
        }
    }
}
