package org.pmuconnector.daemon;

import picocli.CommandLine.IVersionProvider;

/** The release, as the archive's manifest says it. */
final class PmuVersion implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Pmu.class.getPackage().getImplementationVersion();
        return new String[] {"pmu " + (version == null ? "(not packaged)" : version), "Java " + Runtime.version()};
    }
}
