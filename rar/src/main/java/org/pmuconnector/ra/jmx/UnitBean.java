package org.pmuconnector.ra.jmx;

import org.pmuconnector.instance.Failure;
import org.pmuconnector.instance.Instance;

/** Shows an instance. Thread-safe. */
final class UnitBean extends InstanceView implements UnitMXBean {

    private final Instance instance;

    UnitBean(Instance instance) {
        super(instance);
        this.instance = instance;
    }

    @Override
    Failure failure() {
        return instance.statistics().lastFailure();
    }

    @Override
    public boolean isSessionUp() {
        return instance.statistics().sessionUp();
    }

    @Override
    public long getReconnects() {
        return instance.statistics().reconnects();
    }

    @Override
    public long getBootNumber() {
        return instance.statistics().bootNumber();
    }

    @Override
    public long getLeaseMillis() {
        return instance.statistics().lease().toMillis();
    }

    @Override
    public long getFencings() {
        return instance.statistics().fencings();
    }
}
