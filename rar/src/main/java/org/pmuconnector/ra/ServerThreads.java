package org.pmuconnector.ra;

import jakarta.resource.spi.work.ExecutionContext;
import jakarta.resource.spi.work.Work;
import jakarta.resource.spi.work.WorkException;
import jakarta.resource.spi.work.WorkListener;
import jakarta.resource.spi.work.WorkManager;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import javax.security.auth.Subject;

/**
 * Asks the server for a thread without leaving a trace at it.
 *
 * <p>A pool may make a new thread while it is asked, and keep it longer than this adapter is deployed. A thread inherits
 * its maker's context class loader and, up to JDK 23, the protection domains of all that is on its maker's stack: both
 * would keep an undeployed adapter's classes in memory. So the server is called with its own class loader as the context,
 * and from a privileged frame of the JDK's behind which nothing of this adapter is on the stack.
 */
final class ServerThreads {

    /** Threads remember no protection domains any more. */
    private static final int FIRST_WITHOUT_PERMISSIONS = 24;

    private ServerThreads() {}

    /**
     * Schedules work that runs until it is released.
     *
     * @throws WorkException if the server refuses it
     */
    static void schedule(WorkManager workManager, Work work, WorkListener listener) throws WorkException {
        Thread current = Thread.currentThread();
        ClassLoader before = current.getContextClassLoader();
        current.setContextClassLoader(workManager.getClass().getClassLoader());
        try {
            if (Runtime.version().feature() < FIRST_WITHOUT_PERMISSIONS) {
                scheduleUnseen(workManager, work, listener);
            } else {
                workManager.scheduleWork(work, WorkManager.INDEFINITE, null, listener);
            }
        } finally {
            current.setContextClassLoader(before);
        }
    }

    @SuppressWarnings("removal") // Gone together with what it is needed for.
    private static void scheduleUnseen(WorkManager workManager, Work work, WorkListener listener) throws WorkException {
        try {
            Subject.doAsPrivileged(null, call(workManager, work, listener), null);
        } catch (PrivilegedActionException e) {
            if (e.getException() instanceof WorkException refused) {
                throw refused;
            }
            throw new WorkException("the server gives no thread: " + e.getException(), e.getException());
        }
    }

    /** The call as an object whose class is the JDK's. */
    @SuppressWarnings("unchecked")
    private static PrivilegedExceptionAction<Object> call(WorkManager workManager, Work work, WorkListener listener) {
        try {
            MethodHandle schedule = MethodHandles.publicLookup()
                    .findVirtual(
                            WorkManager.class,
                            "scheduleWork",
                            MethodType.methodType(
                                    void.class, Work.class, long.class, ExecutionContext.class, WorkListener.class));
            return MethodHandleProxies.asInterfaceInstance(
                    PrivilegedExceptionAction.class,
                    MethodHandles.insertArguments(
                            schedule, 0, workManager, work, WorkManager.INDEFINITE, null, listener));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the server's WorkManager has no method scheduleWork", e);
        }
    }
}
