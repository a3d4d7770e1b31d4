package org.pmuconnector.fabric.verbs;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricContractTest;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** The contract of all transports, on a unit at an RDMA device. */
@Tag("rdma")
class VerbsFabricContractTest extends FabricContractTest {

    private VerbsUnit unit;

    @Override
    protected Fabric startUnit(Path file) throws PmuException {
        unit = VerbsUnit.start(file);
        return unit.fabric();
    }

    @Override
    protected void stopUnit() {
        unit.close();
    }

    /** An iWARP device tells the initiator no more than that the stream has ended. */
    @Override
    protected Set<ErrorCode> refusals() {
        return VerbsUnit.isIwarp()
                ? Set.of(ErrorCode.ACCESS_REFUSED, ErrorCode.CONNECTION_LOST)
                : Set.of(ErrorCode.ACCESS_REFUSED);
    }

    /** The fence leaves no queue pair to refuse anything. */
    @Override
    protected Set<ErrorCode> revocations() {
        return Set.of(ErrorCode.CONNECTION_LOST);
    }
}
