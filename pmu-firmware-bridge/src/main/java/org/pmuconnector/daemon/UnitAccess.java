package org.pmuconnector.daemon;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.pmuconnector.control.wire.ConnectionState;
import org.pmuconnector.control.wire.CreateRegion;
import org.pmuconnector.control.wire.DeleteRegion;
import org.pmuconnector.control.wire.FinishImport;
import org.pmuconnector.control.wire.ForgetBranch;
import org.pmuconnector.control.wire.GetRegion;
import org.pmuconnector.control.wire.GetUnit;
import org.pmuconnector.control.wire.GrowRegion;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.ImportRegion;
import org.pmuconnector.control.wire.KeyState;
import org.pmuconnector.control.wire.ListConnections;
import org.pmuconnector.control.wire.ListConnectionsReply;
import org.pmuconnector.control.wire.ListKeys;
import org.pmuconnector.control.wire.ListKeysReply;
import org.pmuconnector.control.wire.ListRegions;
import org.pmuconnector.control.wire.ListRegionsReply;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Resolution;
import org.pmuconnector.control.wire.ResolveBranch;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.control.wire.SetAccess;
import org.pmuconnector.control.wire.SwitchOver;
import org.pmuconnector.control.wire.UnitState;
import org.pmuconnector.control.wire.UnparkSet;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.instance.Branches;
import org.pmuconnector.instance.Login;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.DerivedKeyCache;
import org.pmuconnector.tls.TlsFiles;

/** A tool's connection to a unit. One thread at a time. */
final class UnitAccess implements AutoCloseable {

    private static final int PROTOCOL_VERSION = 1;

    private final Fabric fabric;
    private final FabricConnection connection;
    private final Duration timeout;
    private long nextRequestId = 1;

    private UnitAccess(Fabric fabric, FabricConnection connection, Duration timeout) {
        this.fabric = fabric;
        this.connection = connection;
        this.timeout = timeout;
    }

    /** Connects and says hello, without logging in; trusts whom this Java trusts. */
    static UnitAccess open(UnitAddress address, Duration timeout) throws PmuException {
        return open(address, timeout, TlsFiles.NONE, Credentials.ANONYMOUS);
    }

    /** Connects, logs in unless the credentials are nobody's, and says hello. */
    static UnitAccess open(UnitAddress address, Duration timeout, TlsFiles tls, Credentials credentials)
            throws PmuException {
        Fabric fabric =
                Fabrics.of(address, FabricOptions.defaults().withPollMicros(0).withTls(tls));
        try {
            UnitAccess access =
                    new UnitAccess(fabric, fabric.connect(Deadline.after(MonotonicClock.system(), timeout)), timeout);
            new Login(credentials, new DerivedKeyCache(), new SecureRandom()).on(access.connection, access.deadline());
            access.call(Request.newBuilder()
                    .setHello(Hello.newBuilder()
                            .setProtocolVersion(PROTOCOL_VERSION)
                            .setPurpose(Hello.Purpose.TOOL)));
            return access;
        } catch (PmuException | RuntimeException e) {
            fabric.close();
            throw e;
        }
    }

    private Response call(Request.Builder request) throws PmuException {
        return connection.call(request.setId(nextRequestId++).build(), deadline());
    }

    FabricConnection connection() {
        return connection;
    }

    Deadline deadline() {
        return Deadline.after(MonotonicClock.system(), timeout);
    }

    UnitState unit() throws PmuException {
        return call(Request.newBuilder().setGetUnit(GetUnit.getDefaultInstance()))
                .getUnit();
    }

    List<RegionState> regions() throws PmuException {
        return all(
                last -> call(Request.newBuilder()
                                .setListRegions(
                                        ListRegions.newBuilder().setAfter(last == null ? "" : last.getRegion())))
                        .getListRegions(),
                ListRegionsReply::getRegionsList,
                ListRegionsReply::getMore);
    }

    List<ConnectionState> connections() throws PmuException {
        return all(
                last -> call(Request.newBuilder()
                                .setListConnections(
                                        ListConnections.newBuilder().setAfter(last == null ? 0 : last.getId())))
                        .getListConnections(),
                ListConnectionsReply::getConnectionsList,
                ListConnectionsReply::getMore);
    }

    List<KeyState> keys() throws PmuException {
        return all(
                last -> call(Request.newBuilder()
                                .setListKeys(ListKeys.newBuilder().setAfter(last == null ? 0 : last.getIndex())))
                        .getListKeys(),
                ListKeysReply::getKeysList,
                ListKeysReply::getMore);
    }

    /** Asks for the part of a list that is behind an entry, from the first one on if that is null. */
    @FunctionalInterface
    private interface NextPart<E, P> {
        P behind(E last) throws PmuException;
    }

    private static <E, P> List<E> all(NextPart<E, P> next, Function<P, List<E>> entries, Predicate<P> more)
            throws PmuException {
        List<E> all = new ArrayList<>();
        P part;
        do {
            part = next.behind(all.isEmpty() ? null : all.get(all.size() - 1));
            all.addAll(entries.apply(part));
        } while (more.test(part) && !entries.apply(part).isEmpty());
        return all;
    }

    RegionState region(String name) throws PmuException {
        return call(Request.newBuilder().setGetRegion(GetRegion.newBuilder().setRegion(name)))
                .getRegion();
    }

    RegionState create(CreateRegion.Builder region) throws PmuException {
        return call(Request.newBuilder().setCreateRegion(region)).getRegion();
    }

    void delete(String name, boolean force) throws PmuException {
        call(Request.newBuilder()
                .setDeleteRegion(DeleteRegion.newBuilder().setRegion(name).setForce(force)));
    }

    RegionState grow(String name, long sizeBytes) throws PmuException {
        return call(Request.newBuilder()
                        .setGrowRegion(GrowRegion.newBuilder().setRegion(name).setSizeBytes(sizeBytes)))
                .getRegion();
    }

    OpenRegionReply beginImport(ImportRegion region) throws PmuException {
        return call(Request.newBuilder().setImportRegion(region)).getOpenRegion();
    }

    RegionState finishImport(FinishImport region) throws PmuException {
        return call(Request.newBuilder().setFinishImport(region)).getRegion();
    }

    RegionState setAccess(SetAccess.Builder access) throws PmuException {
        return call(Request.newBuilder().setSetAccess(access)).getRegion();
    }

    /** Decides about a branch, and returns the decision that holds. */
    Resolution resolve(String name, BranchId branch, boolean commit) throws PmuException {
        return call(Request.newBuilder()
                        .setResolveBranch(ResolveBranch.newBuilder()
                                .setRegion(name)
                                .setBranch(Branches.toWire(branch))
                                .setCommit(commit)))
                .getResolution();
    }

    void forget(String name, BranchId branch) throws PmuException {
        call(Request.newBuilder()
                .setForgetBranch(ForgetBranch.newBuilder().setRegion(name).setBranch(Branches.toWire(branch))));
    }

    void unpark(String name, String subscription, long sequence) throws PmuException {
        call(Request.newBuilder()
                .setUnparkSet(UnparkSet.newBuilder()
                        .setRegion(name)
                        .setSubscription(subscription)
                        .setSequence(sequence)));
    }

    RegionState switchOver(String name, String successor, boolean force) throws PmuException {
        return call(Request.newBuilder()
                        .setSwitchOver(SwitchOver.newBuilder()
                                .setRegion(name)
                                .setToInstance(successor)
                                .setForce(force)))
                .getRegion();
    }

    OpenRegionReply openToRead(String name) throws PmuException {
        return call(Request.newBuilder().setOpenRegion(OpenRegion.newBuilder().setRegion(name)))
                .getOpenRegion();
    }

    @Override
    public void close() {
        connection.close();
        fabric.close();
    }
}
