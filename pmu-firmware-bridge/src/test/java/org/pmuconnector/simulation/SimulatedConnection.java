package org.pmuconnector.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.Flush;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.nic.embedded.EmbeddedStream;

/**
 * A stream on the simulated network. What was posted is placed in order, and some of it only, perhaps the last of it in part,
 * when the connection breaks or the process ends first.
 */
final class SimulatedConnection implements FabricConnection {

    private static final int ATOMIC_BYTES = 8;
    private static final int BETWEEN_PLACEMENTS_NANOS = 2_000;

    /** A one-sided write on its way. */
    private record Posted(int key, long address, ByteBuffer content) {}

    /** What the unit has sent, null for the connection's end. */
    private record Arriving(Event event, long atNanos) {}

    private final World world;
    private final SimulatedProcess process;
    private final SimulatedUnit unit;
    private final SimulatedLink link;
    private final EmbeddedStream stream;
    private final Queue<Arriving> arriving = new ArrayDeque<>();
    private final Queue<Posted> posted = new ArrayDeque<>();
    private boolean open = true;
    private boolean endSeen;
    private long lastArrivalNanos;
    private boolean woken;

    SimulatedConnection(
            World world, SimulatedProcess process, SimulatedUnit unit, SimulatedLink link, EmbeddedStream stream) {
        this.world = world;
        this.process = process;
        this.unit = unit;
        this.link = link;
        this.stream = stream;
    }

    @Override
    public void write(int key, long address, ByteBuffer source, Deadline deadline) throws PmuException {
        requireAlive();
        ByteBuffer copy = ByteBuffer.allocate(source.remaining()).put(source).flip();
        posted.add(new Posted(key, address, copy));
    }

    @Override
    public void flush(int key, long address, long lengthBytes, PersistenceLevel level, Deadline deadline)
            throws PmuException {
        exchange(deadline, () -> {
            if (level == PersistenceLevel.VISIBLE) {
                stream.read(key, address + lengthBytes - Long.BYTES, ByteBuffer.allocate(Long.BYTES));
                return null;
            }
            return stream.call(Request.newBuilder()
                    .setFlush(Flush.newBuilder().setKey(key).setAddress(address).setLengthBytes(lengthBytes))
                    .build());
        });
    }

    @Override
    public void read(int key, long address, ByteBuffer sink, Deadline deadline) throws PmuException {
        exchange(deadline, () -> {
            stream.read(key, address, sink);
            return null;
        });
    }

    @Override
    public Response call(Request request, Deadline deadline) throws PmuException {
        return exchange(deadline, () -> stream.call(request));
    }

    /** What the unit does about a message. */
    private interface Effect {
        Response atTheUnit() throws ProtectionFaultException;
    }

    private Response exchange(Deadline deadline, Effect effect) throws PmuException {
        requireAlive();
        boolean wrote = !posted.isEmpty();
        if (!link.toUnit(deadline.nanoTime())) {
            throw broken(deadline, wrote, "the message was lost");
        }
        Response response = null;
        ProtectionFaultException refused = null;
        boolean arrived = false;
        try {
            arrived = place();
            if (arrived) {
                response = effect.atTheUnit();
            }
        } catch (ProtectionFaultException e) {
            refused = e;
            stream.end("access refused: " + e.getMessage());
        }
        unit.changed();
        if (!link.fromUnit(deadline.nanoTime())) {
            throw broken(deadline, wrote, "the answer was lost");
        }
        if (refused != null) {
            open = false;
            throw new PmuException(ErrorCode.ACCESS_REFUSED, refused.getMessage(), durability(wrote), refused);
        }
        if (!arrived || !stream.isOpen()) {
            open = false;
        }
        requireOpen(wrote);
        if (response != null && response.getStatus() != 0) {
            throw new PmuException(ErrorCode.ofNumber(response.getStatus()), response.getMessage());
        }
        return response;
    }

    /** One after the other; others may come between. Whether the connection lived so long. */
    private boolean place() throws ProtectionFaultException {
        while (stream.isOpen() && !posted.isEmpty()) {
            Posted next = posted.remove();
            stream.write(next.key, next.address, next.content);
            world.pass(world.random().nextInt(BETWEEN_PLACEMENTS_NANOS));
        }
        return stream.isOpen();
    }

    /** Some of what is on its way arrives although the sender hears nothing of it any more. */
    private void placeSome() {
        int arriving = world.random().nextInt(posted.size() + 1);
        try {
            for (int i = 0; i < arriving; i++) {
                Posted next = posted.remove();
                boolean last = i == arriving - 1;
                int words = next.content.remaining() / ATOMIC_BYTES;
                if (last && words > 0) {
                    next.content.limit(next.content.position()
                            + ATOMIC_BYTES * world.random().nextInt(words + 1));
                }
                if (next.content.hasRemaining()) {
                    stream.write(next.key, next.address, next.content);
                }
            }
        } catch (ProtectionFaultException e) {
            // It arrives at keys that are dead.
        }
        posted.clear();
    }

    private PmuException broken(Deadline deadline, boolean wrote, String what) {
        boolean late = deadline.hasPassed();
        end(what);
        return new PmuException(
                late ? ErrorCode.DEADLINE_EXCEEDED : ErrorCode.CONNECTION_LOST, what, durability(wrote), null);
    }

    private static Durability durability(boolean wrote) {
        return wrote ? Durability.UNKNOWN : Durability.NOT_WRITTEN;
    }

    private void requireAlive() throws PmuException {
        if (process.isKilled()) {
            throw new World.Killed();
        }
        requireOpen(!posted.isEmpty());
    }

    private void requireOpen(boolean wrote) throws PmuException {
        if (!open) {
            throw new PmuException(ErrorCode.CONNECTION_LOST, "ended: " + stream.endReason(), durability(wrote), null);
        }
    }

    @Override
    public Event awaitEvent(Deadline deadline) throws PmuException {
        while (true) {
            requireAlive();
            Arriving next = arriving.peek();
            boolean arrived = next != null && next.atNanos <= world.nanoTime();
            if (arrived || woken || deadline.hasPassed()) {
                woken = false;
                if (!arrived) {
                    return null;
                }
                arriving.remove();
                if (next.event != null) {
                    return next.event;
                }
                open = false;
            } else {
                world.waitUntil(next == null ? deadline.nanoTime() : Math.min(deadline.nanoTime(), next.atNanos), this);
            }
        }
    }

    /** Takes what the unit sends, unless the network keeps it: events, and the connection's end. */
    void collect() {
        if (open && !endSeen && !link.isCutFromUnit()) {
            try {
                for (Event event = stream.awaitEvent(0); event != null; event = stream.awaitEvent(0)) {
                    arrive(event);
                }
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts", e);
            }
            if (!stream.isOpen()) {
                endSeen = true;
                arrive(null);
            }
        }
    }

    private void arrive(Event event) {
        lastArrivalNanos = Math.max(lastArrivalNanos, world.nanoTime() + link.latencyNanos());
        arriving.add(new Arriving(event, lastArrivalNanos));
        world.wake(this);
    }

    @Override
    public void wakeup() {
        woken = true;
        world.wake(this);
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    /** This side ends it; what a killed process closes while its threads unwind, it does not close. */
    @Override
    public void close() {
        if (!process.isKilled()) {
            end("closed by the initiator");
        }
    }

    private void end(String reason) {
        if (open) {
            reset(reason);
        }
    }

    /** It ends, for the unit too. */
    void reset(String reason) {
        open = false;
        placeSome();
        stream.end(reason);
        unit.changed();
        world.wake(this);
    }
}
