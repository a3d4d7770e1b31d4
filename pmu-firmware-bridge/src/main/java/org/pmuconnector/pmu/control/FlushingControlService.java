package org.pmuconnector.pmu.control;

import static java.lang.System.Logger.Level.ERROR;

import org.pmuconnector.control.wire.Flush;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.FirmwareBridge;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.nic.RefusalLog;

/**
 * Answers requests to flush where the memory is, and hands all others on to the manager's service, wherever that is.
 * Safe for use by many threads.
 */
public final class FlushingControlService implements ControlService {

    private static final System.Logger LOG = System.getLogger(FlushingControlService.class.getName());

    private final FirmwareBridge bridge;
    private final ControlService manager;
    private final RefusalLog refusals = new RefusalLog(FlushingControlService.class);

    /** A service in front of a unit's bridge and its manager's service. */
    public FlushingControlService(FirmwareBridge bridge, ControlService manager) {
        this.bridge = bridge;
        this.manager = manager;
    }

    @Override
    public ControlConnection connected(NicConnection connection) throws PmuException {
        return new Flushing(connection.peer(), manager.connected(connection));
    }

    private final class Flushing implements ControlConnection {

        private final String peer;
        private final ControlConnection managed;

        private Flushing(String peer, ControlConnection managed) {
            this.peer = peer;
            this.managed = managed;
        }

        @Override
        public long protectionDomain() {
            return managed.protectionDomain();
        }

        @Override
        public Response handle(Request request) {
            return request.hasFlush() ? flush(request.getId(), request.getFlush()) : managed.handle(request);
        }

        private Response flush(long requestId, Flush flush) {
            Response.Builder response = Response.newBuilder().setId(requestId);
            try {
                bridge.persist(protectionDomain(), flush.getKey(), flush.getAddress(), flush.getLengthBytes());
            } catch (ProtectionFaultException e) {
                refusals.refused(peer, "flush refused: " + e.getMessage());
                response.setStatus(ErrorCode.ACCESS_REFUSED.number()).setMessage("flush refused: " + e.getMessage());
            } catch (PmuException e) {
                response.setStatus(e.code().number()).setMessage(e.getMessage());
            } catch (RuntimeException | InternalError e) {
                // InternalError: mapped memory could not be read or written.
                LOG.log(ERROR, "defect while flushing for " + peer, e);
                response.setStatus(ErrorCode.INTERNAL.number()).setMessage("a defect of the unit; its log says more");
            }
            return response.build();
        }

        @Override
        public void ended(String evidence) {
            managed.ended(evidence);
        }
    }
}
