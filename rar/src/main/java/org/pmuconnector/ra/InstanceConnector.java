package org.pmuconnector.ra;

import org.pmuconnector.instance.Region;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.scram.Credentials;

/** Connects by an instance. Thread-safe. */
final class InstanceConnector implements AttachedRegion.Connector {

    private final Region region;

    InstanceConnector(Region region) {
        this.region = region;
    }

    @Override
    public RegionLink connect(String subscription, Credentials credentials) throws PmuException {
        return new InstanceRegionLink(region.connect(subscription, credentials));
    }

    @Override
    public boolean awaitWritable(Deadline deadline) throws PmuException {
        return region.awaitWritable(deadline);
    }
}
