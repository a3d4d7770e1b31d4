package org.pmuconnector.verbs.disni;

import com.ibm.disni.verbs.IbvCQ;
import com.ibm.disni.verbs.IbvCompChannel;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.SVCPollCq;
import com.ibm.disni.verbs.SVCReqNotify;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.polling.PollGate;
import org.pmuconnector.polling.PollHabit;

/**
 * A completion queue and how its thread waits for it: polling for a bounded time first, because the answer is often there
 * within microseconds, then blocked until the device signals an event. Allocates nothing once it is made. For one thread
 * at a time.
 */
public final class Completions {

    private static final int AT_ONCE = 16;

    private final IbvCQ queue;
    private final IbvCompChannel channel;
    private final IbvWC[] completed = new IbvWC[AT_ONCE];
    private final SVCPollCq poll;
    private final SVCReqNotify arm;
    private long pollNanos;
    private PollHabit habit = new PollHabit(0);
    private PollGate gate = new PollGate(0);

    Completions(IbvCQ queue, IbvCompChannel channel) throws IOException {
        this.queue = queue;
        this.channel = channel;
        for (int i = 0; i < AT_ONCE; i++) {
            completed[i] = new IbvWC();
        }
        poll = queue.poll(completed, AT_ONCE);
        arm = queue.reqNotification(false);
    }

    /**
     * From now on waits begin with polling.
     *
     * @param micros the longest time to poll in one wait; 0 to block at once
     * @param shared by all that should not poll at the same time
     */
    public void setPolling(int micros, PollGate shared) {
        pollNanos = TimeUnit.MICROSECONDS.toNanos(micros);
        habit = new PollHabit(pollNanos);
        gate = shared;
    }

    /**
     * Waits until something has been completed.
     *
     * @param nanos how long at the most, rounded up to milliseconds where it has to block; not to wait if not positive
     * @return how much has been, up to some number at once; 0 if nothing in time, or a little before
     */
    public int await(long nanos) throws IOException {
        int count = look();
        if (count > 0 || nanos <= 0) {
            return count;
        }
        boolean polled = habit.mayPoll() && gate.tryEnter();
        if (polled) {
            try {
                count = spin(Math.min(pollNanos, nanos));
            } finally {
                gate.exit();
            }
            if (count > 0) {
                habit.hit();
                return count;
            }
        }
        return block(nanos, polled);
    }

    private int look() throws IOException {
        return poll.execute().getPolls();
    }

    private int spin(long nanos) throws IOException {
        long end = System.nanoTime() + nanos;
        int count = look();
        while (count == 0 && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
            count = look();
        }
        return count;
    }

    private int block(long nanos, boolean polled) throws IOException {
        long start = polled ? System.nanoTime() : 0;
        arm.execute();
        // What was completed before it was armed signals nothing.
        int count = look();
        if (count == 0) {
            long millis = TimeUnit.NANOSECONDS.toMillis(nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1);
            channel.getCqEvent(queue, (int) Math.min(millis, Integer.MAX_VALUE));
            count = look();
        }
        if (polled && count > 0) {
            habit.missed(System.nanoTime() - start);
        }
        return count;
    }

    /** One of those that the last wait returned. It is another one after the next wait. */
    public IbvWC get(int index) {
        return completed[index];
    }

    void free() {
        poll.free();
        arm.free();
    }
}
