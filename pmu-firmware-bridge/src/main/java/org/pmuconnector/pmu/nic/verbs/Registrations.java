package org.pmuconnector.pmu.nic.verbs;

import com.ibm.disni.verbs.IbvMr;
import java.io.IOException;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegisteredRange;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.nic.DeviceMemory;
import org.pmuconnector.pmu.nic.DeviceRange;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.verbs.disni.Endpoint;

/**
 * Binds the keys that the manager gives to one connection at the device: what a key stands for is registered in the
 * connection's protection domain. That takes the longer the more memory it is, and so is done on the connection's thread,
 * after the manager has answered and while it serves others.
 */
final class Registrations {

    /** The longest piece that one memory region can be: DiSNI counts its bytes in an int. */
    private static final int MAX_REGION_BYTES = 1 << 30;

    private final Endpoint endpoint;
    private final DeviceMemory memory;
    private final long protectionDomain;

    Registrations(Endpoint endpoint, DeviceMemory memory, long protectionDomain) {
        this.endpoint = endpoint;
        this.memory = memory;
        this.protectionDomain = protectionDomain;
    }

    /** The manager's answer with what to name to the device; an error instead if the device does not take the memory. */
    Response withRanges(Response response) throws IOException {
        OpenRegionReply opened = response.getOpenRegion();
        try {
            return response.toBuilder()
                    .setOpenRegion(register(opened.toBuilder()))
                    .build();
        } catch (ProtectionFaultException e) {
            return refused(response, ErrorCode.FENCED_OFF, "the key was revoked at once: " + e.getMessage());
        } catch (PmuException e) {
            return refused(response, e.code(), e.getMessage());
        }
    }

    private OpenRegionReply register(OpenRegionReply.Builder reply) throws ProtectionFaultException, PmuException {
        for (DeviceRange range : memory.ranges(protectionDomain, reply.getKey())) {
            if (range.memory().remaining() > MAX_REGION_BYTES) {
                throw new IllegalStateException("a piece of " + range.memory().remaining() + " bytes");
            }
            try {
                IbvMr region = endpoint.register(range.memory(), DevicePinning.access(range.writable()));
                reply.addRanges(RegisteredRange.newBuilder()
                        .setAddress(range.address())
                        .setLengthBytes(range.memory().remaining())
                        .setRemoteAddress(region.getAddr())
                        .setRkey(region.getRkey()));
            } catch (IOException e) {
                throw new PmuException(
                        ErrorCode.LIMIT_REACHED,
                        "the unit's device does not take region "
                                + reply.getState().getRegion() + ": " + e.getMessage()
                                + "; each connection pins the region that it opens: raise the unit's limit of locked"
                                + " memory (ulimit -l), or close connections",
                        e);
            }
        }
        return reply.build();
    }

    private static Response refused(Response response, ErrorCode code, String message) {
        return response.toBuilder()
                .clearBody()
                .setStatus(code.number())
                .setMessage(message)
                .build();
    }
}
