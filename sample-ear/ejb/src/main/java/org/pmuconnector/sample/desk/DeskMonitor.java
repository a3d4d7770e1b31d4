package org.pmuconnector.sample.desk;

import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.util.Optional;

/**
 * The last known status of the desk, for those who look on. It takes no lock, so that a status page answers also while
 * a batch waits for a unit that does not.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.SUPPORTS)
public class DeskMonitor {

    private volatile DeskStatus desk;
    private volatile UnitView unit = UnitView.unknown();

    /** Called by the desk after each change. */
    public void publish(DeskStatus status) {
        desk = status;
    }

    /** Called by the probe after each look. */
    public void publish(UnitView view) {
        unit = view;
    }

    /** The desk as it was after its last change; empty until it has started. */
    public Optional<DeskStatus> desk() {
        return Optional.ofNullable(desk);
    }

    /** The unit as it was when it was last asked. */
    public UnitView unit() {
        return unit;
    }
}
