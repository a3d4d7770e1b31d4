package org.pmuconnector.sample.desk;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.EJB;
import jakarta.ejb.EJBException;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.checkpoint.CheckpointException;

/**
 * Asks the unit every half second how far the region has come, which tells a standby how much it has not read yet. It
 * asks apart from all requests: one that only wants to know the status must not wait for the unit.
 */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
public class UnitProbe {

    private static final long PERIOD_MILLIS = 500;

    @Resource
    private ManagedScheduledExecutorService executor;

    @EJB
    private Journal journal;

    @EJB
    private DeskMonitor monitor;

    private ScheduledFuture<?> schedule;

    @PostConstruct
    void start() {
        schedule = executor.scheduleWithFixedDelay(this::probe, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void stop() {
        schedule.cancel(true);
    }

    private void probe() {
        try {
            monitor.publish(new UnitView(UnitView.State.REACHABLE, journal.committedSequence(), ""));
        } catch (CheckpointException | EJBException failure) {
            monitor.publish(
                    monitor.unit().unreachable(JournalFailure.of(failure).describe()));
        }
    }
}
