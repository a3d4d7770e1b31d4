package org.pmuconnector.ra.jmx;

import org.pmuconnector.instance.Failure;
import org.pmuconnector.instance.Instance;

/** What every bean of an instance's shows. Thread-safe. */
abstract class InstanceView {

    private final Instance instance;

    InstanceView(Instance instance) {
        this.instance = instance;
    }

    /** The newest failure of what the bean is about; null if there was none. */
    abstract Failure failure();

    public final String getInstanceName() {
        return instance.name();
    }

    public final String getUnitAddress() {
        return instance.address().toString();
    }

    public final String getLastFailure() {
        Failure newest = failure();
        return newest == null ? "" : newest.text();
    }

    public final String getLastFailureTime() {
        Failure newest = failure();
        return newest == null ? "" : newest.when().toString();
    }
}
