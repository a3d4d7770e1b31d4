package org.pmuconnector.pmu.protection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * One bound key. Besides the checks it is a gate: {@link #enter} before an access, {@link #exit} after it, and
 * {@link #awaitEmpty} after {@link #shut} returns when nobody is inside and nobody can get inside any more.
 *
 * <p>The gate is one counter whose top bit says that it is shut, so that entering is a single atomic addition: no lock,
 * no allocation, and no access waits for another.
 */
public final class ProtectionEntry {

    private static final int SHUT = 1 << 31;
    private static final int SPINS = 1_000;
    private static final long PARK_NANOS = 50_000;

    private static final VarHandle GATE;

    static {
        try {
            GATE = MethodHandles.lookup().findVarHandle(ProtectionEntry.class, "gate", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int key;
    private final KeyBinding binding;
    private final long protectionDomain;
    private final long baseAddress;
    private final long lengthBytes;
    private final int rights;

    @SuppressWarnings({"unused", "FieldMayBeFinal"}) // Read and written through GATE alone.
    private volatile int gate;

    ProtectionEntry(int key, KeyBinding binding) {
        this.key = key;
        this.binding = binding;
        this.protectionDomain = binding.protectionDomain();
        this.baseAddress = binding.baseAddress();
        this.lengthBytes = binding.lengthBytes();
        this.rights = binding.rights().stream().mapToInt(Right::bit).sum();
    }

    /** The key. */
    public int key() {
        return key;
    }

    /** What it was bound to. */
    public KeyBinding binding() {
        return binding;
    }

    /** What an access is told, apart from whether the key is being revoked. */
    public Verdict check(long domain, long address, long accessBytes, Right right) {
        if (domain != protectionDomain) {
            return Verdict.OTHER_DOMAIN;
        }
        if ((rights & right.bit()) == 0) {
            return Verdict.NO_RIGHT;
        }
        // Addresses are unsigned 64-bit numbers; a range may end at the very top, but not beyond it.
        if (accessBytes > 0 && Long.compareUnsigned(address, -accessBytes) > 0) {
            return Verdict.WRAP;
        }
        long offset = address - baseAddress;
        if (accessBytes < 0 || offset < 0 || offset > lengthBytes || accessBytes > lengthBytes - offset) {
            return Verdict.OUT_OF_BOUNDS;
        }
        return Verdict.GRANTED;
    }

    /** Gets inside, if the gate is not shut. Whoever got true calls {@link #exit}. */
    public boolean enter() {
        if ((int) GATE.getAndAdd(this, 1) >= 0) {
            return true;
        }
        exit();
        return false;
    }

    /** Leaves. */
    public void exit() {
        GATE.getAndAdd(this, -1);
    }

    /** Nobody gets inside from now on. */
    void shut() {
        GATE.getAndBitwiseOr(this, SHUT);
    }

    /** Returns when all who were inside when the gate was shut have left. */
    void awaitEmpty() {
        for (int tries = 0; ((int) GATE.getVolatile(this) & ~SHUT) != 0; tries++) {
            if (tries < SPINS) {
                Thread.onSpinWait();
            } else {
                // Not a wait for a signal: accesses are short and must not pay for giving one.
                LockSupport.parkNanos(PARK_NANOS);
            }
        }
    }
}
