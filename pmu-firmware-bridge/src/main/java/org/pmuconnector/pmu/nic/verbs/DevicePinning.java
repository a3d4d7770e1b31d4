package org.pmuconnector.pmu.nic.verbs;

import com.ibm.disni.util.MemoryUtils;
import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.SVCRegMr;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.pmuconnector.pmu.memory.Pinning;

/**
 * Asks a device to register the first page of some memory: whether a kernel lets memory be pinned depends on where it comes
 * from, and not on how much it is.
 */
final class DevicePinning implements Pinning {

    private static final System.Logger LOG = System.getLogger(DevicePinning.class.getName());
    private static final int PAGE_BYTES = 4096;

    private final IbvContext device;

    DevicePinning(IbvContext device) {
        this.device = device;
    }

    /** What a device needs to be allowed for a key. */
    static int access(boolean writable) {
        return writable
                ? IbvMr.IBV_ACCESS_LOCAL_WRITE | IbvMr.IBV_ACCESS_REMOTE_WRITE | IbvMr.IBV_ACCESS_REMOTE_READ
                : IbvMr.IBV_ACCESS_REMOTE_READ;
    }

    @Override
    public Optional<String> refusal(ByteBuffer buffer) {
        try {
            IbvPd domain = device.allocPd();
            try {
                return tryPage(domain, buffer);
            } finally {
                deallocate(domain);
            }
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        }
    }

    private static Optional<String> tryPage(IbvPd domain, ByteBuffer buffer) throws IOException {
        SVCRegMr call = domain.regMr(
                MemoryUtils.getAddress(buffer) + buffer.position(),
                Math.min(PAGE_BYTES, buffer.remaining()),
                access(true));
        try {
            call.execute().getMr().deregMr().execute().free();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        } finally {
            call.free();
        }
    }

    private static void deallocate(IbvPd domain) {
        try {
            int result = domain.deallocPd();
            if (result != 0) {
                LOG.log(Level.WARNING, "a protection domain could not be given back: error {0}", -result);
            }
        } catch (Exception e) {
            LOG.log(Level.WARNING, "a protection domain could not be given back", e);
        }
    }
}
