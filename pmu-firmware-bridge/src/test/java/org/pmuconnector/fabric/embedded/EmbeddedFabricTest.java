package org.pmuconnector.fabric.embedded;

import java.nio.file.Path;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricContractTest;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

class EmbeddedFabricTest extends FabricContractTest {

    @Override
    protected Fabric startUnit(Path unit) throws PmuException {
        return new EmbeddedFabric(UnitAddress.parse("embedded:" + unit));
    }

    @Override
    protected void stopUnit() {
        // The unit went with the last fabric.
    }
}
