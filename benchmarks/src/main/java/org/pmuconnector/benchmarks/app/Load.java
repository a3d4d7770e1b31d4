package org.pmuconnector.benchmarks.app;

import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.EJB;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import java.util.ArrayList;
import java.util.List;

/** Threads that append numbered updates, each in a transaction, until they are stopped. */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class Load {

    @Resource
    private ManagedThreadFactory threadFactory;

    @EJB
    private Transactions transactions;

    private final Acknowledged acknowledged = new Acknowledged();
    private final List<Appender> appenders = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** Starts so many threads. */
    public synchronized void start(int count) {
        for (int number = 0; number < count; number++) {
            Appender appender = new Appender(number, transactions, acknowledged);
            appenders.add(appender);
            Thread thread = threadFactory.newThread(appender);
            threads.add(thread);
            thread.start();
        }
    }

    /** Stops them, and returns when all have. */
    public synchronized void stop() throws InterruptedException {
        appenders.forEach(Appender::stop);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** What became of the updates of each thread that has been stopped, a line for each thread. */
    public synchronized String outcomes() {
        StringBuilder lines = new StringBuilder();
        appenders.forEach(appender -> lines.append(appender.outcomes()).append('\n'));
        return lines.toString();
    }

    /** The kinds of failure of each thread that has been stopped, with how often they came. */
    public synchronized String failures() {
        StringBuilder lines = new StringBuilder();
        appenders.forEach(appender -> appender.failures()
                .forEach((failure, count) ->
                        lines.append(count).append(' ').append(failure).append('\n')));
        return lines.toString();
    }

    /** How many updates were acknowledged in each moment. */
    public String timeline() {
        return acknowledged.timeline();
    }
}
