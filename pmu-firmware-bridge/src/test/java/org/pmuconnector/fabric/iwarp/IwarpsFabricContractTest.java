package org.pmuconnector.fabric.iwarp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricContractTest;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.UnitTicker;
import org.pmuconnector.pmu.nic.iwarp.IwarpNic;
import org.pmuconnector.pmu.nic.iwarp.IwarpNicOptions;
import org.pmuconnector.tls.ServerTls;
import org.pmuconnector.tls.ServerTls.ClientAuthentication;
import org.pmuconnector.tls.TestAuthority;
import org.pmuconnector.tls.TlsFiles;

/** The contract of all transports, encrypted, with certificates on both sides. */
class IwarpsFabricContractTest extends FabricContractTest {

    private static final TestAuthority AUTHORITY = new TestAuthority("contract");

    @TempDir
    Path certificates;

    private Unit unit;
    private UnitTicker ticker;
    private IwarpNic nic;

    @Override
    protected Fabric startUnit(Path file) throws PmuException, IOException {
        Path ca = AUTHORITY.certificateFile(certificates);
        ServerTls tls = new ServerTls(AUTHORITY.issue(certificates, "EC").trusting(ca), ClientAuthentication.NEED);
        TlsFiles initiator = AUTHORITY.issue(certificates, "EC").trusting(ca);
        unit = Unit.open(file, UnitOptions.defaults());
        ticker = new UnitTicker(unit, "contract");
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        nic = IwarpNic.listen(
                any, unit.memory(), unit.control(), IwarpNicOptions.defaults().withTls(tls));
        UnitAddress address =
                UnitAddress.parse("iwarps://127.0.0.1:" + nic.localAddress().getPort());
        return Fabrics.of(address, FabricOptions.defaults().withTls(initiator));
    }

    @Override
    protected void stopUnit() {
        nic.close();
        ticker.close();
        unit.close();
    }
}
