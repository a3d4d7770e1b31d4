package org.pmuconnector.ra;

import jakarta.resource.spi.AdministeredObject;
import java.util.Optional;
import javax.naming.Reference;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.RegionMonitor;
import org.pmuconnector.checkpoint.RegionRole;
import org.pmuconnector.checkpoint.RegionStatus;
import org.pmuconnector.instance.InstanceStatistics;
import org.pmuconnector.instance.Lag;
import org.pmuconnector.instance.RegionStatistics;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/**
 * Tells an application what the adapter counts. It looks only: a region that nothing else in the server uses stays unused.
 */
@AdministeredObject(adminObjectInterfaces = RegionMonitor.class)
public class CheckpointRegionMonitor extends RegionLocation implements RegionMonitor {

    private static final long serialVersionUID = 1L;

    private Reference reference;

    /** Called by the server. */
    public CheckpointRegionMonitor() {}

    @Override
    public RegionStatus status() throws CheckpointException {
        seal();
        try {
            check();
            UnitAddress address = effectiveUnitAddress();
            UnitInstances units = units();
            // The unit's second: what is known of the region, the session has told.
            Optional<RegionStatistics> region = units.regionStatistics(address, getRegion());
            return status(address, units.unitStatistics(address), region);
        } catch (PmuException e) {
            throw CheckpointErrors.of(e);
        }
    }

    private RegionStatus status(
            UnitAddress address, Optional<InstanceStatistics> unit, Optional<RegionStatistics> region) {
        return new RegionStatus(
                getRegion(),
                address.toString(),
                unit.map(InstanceStatistics::sessionUp).orElse(false),
                region.map(known -> RegionRole.valueOf(known.role().name())).orElse(RegionRole.NONE),
                region.map(RegionStatistics::epoch).orElse(0L),
                region.map(RegionStatistics::primaryInstance).orElse(""),
                region.map(RegionStatistics::lag).map(CheckpointRegionMonitor::unread));
    }

    private static RegionStatus.Unread unread(Lag lag) {
        return new RegionStatus.Unread(lag.sets(), lag.bytes(), lag.millis());
    }

    @Override
    public void setReference(Reference reference) {
        this.reference = reference;
    }

    @Override
    public Reference getReference() {
        return reference;
    }

    @Override
    public String toString() {
        return "monitor of region " + getRegion();
    }
}
