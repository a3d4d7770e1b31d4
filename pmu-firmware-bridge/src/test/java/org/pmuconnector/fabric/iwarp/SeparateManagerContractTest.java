package org.pmuconnector.fabric.iwarp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricContractTest;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.RemoteManager;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.manager.ManagerKey;
import org.pmuconnector.pmu.nic.iwarp.IwarpNic;
import org.pmuconnector.pmu.nic.iwarp.IwarpNicOptions;

/** The contract of all transports, on a unit whose manager speaks the bridge protocol. */
class SeparateManagerContractTest extends FabricContractTest {

    private Unit unit;
    private RemoteManager manager;
    private IwarpNic nic;

    @Override
    protected Fabric startUnit(Path file) throws PmuException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        unit = Unit.openForManagers(file, any, UnitOptions.defaults());
        manager = RemoteManager.start(unit.bridgeAddress(), ManagerKey.fileOf(file), UnitOptions.defaults());
        nic = IwarpNic.listen(any, unit.memory(), unit.control(), IwarpNicOptions.defaults());
        UnitAddress address =
                UnitAddress.parse("iwarp://127.0.0.1:" + nic.localAddress().getPort());
        return Fabrics.of(address, FabricOptions.defaults());
    }

    @Override
    protected void stopUnit() {
        unit.stop();
        nic.close();
        manager.close();
        unit.close();
    }
}
