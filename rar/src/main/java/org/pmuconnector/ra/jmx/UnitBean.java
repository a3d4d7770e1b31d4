package org.pmuconnector.ra.jmx;

import org.pmuconnector.instance.Failure;
import org.pmuconnector.instance.Instance;

/** Shows an instance. Thread-safe. */
final class UnitBean implements UnitMXBean {

    private final Instance instance;

    UnitBean(Instance instance) {
        this.instance = instance;
    }

    @Override
    public String getInstanceName() {
        return instance.name();
    }

    @Override
    public String getUnitAddress() {
        return instance.address().toString();
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

    @Override
    public String getLastFailure() {
        return text(instance.statistics().lastFailure());
    }

    @Override
    public String getLastFailureTime() {
        return time(instance.statistics().lastFailure());
    }

    static String text(Failure failure) {
        return failure == null ? "" : failure.text();
    }

    static String time(Failure failure) {
        return failure == null ? "" : failure.when().toString();
    }
}
