package org.pmuconnector.pmu.control;

import static java.lang.System.Logger.Level.ERROR;

import java.util.EnumSet;
import java.util.Set;
import org.pmuconnector.control.wire.AuthenticateReply;
import org.pmuconnector.control.wire.CreateRegion;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.HeartbeatReply;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.HelloReply;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.manager.Greeting;
import org.pmuconnector.pmu.manager.ManagerPeer;
import org.pmuconnector.pmu.manager.PersistentMemoryManager;
import org.pmuconnector.pmu.manager.RegionStatus;
import org.pmuconnector.pmu.manager.SubscriptionRequests;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.RefusalLog;

/**
 * Answers control messages by asking the manager; all but flushes, which are answered where the memory is. Safe for use by
 * many threads.
 */
public final class UnitControlService implements ControlService {

    private static final System.Logger LOG = System.getLogger(UnitControlService.class.getName());

    /** What only somebody runs into who tries what is not his. */
    private static final Set<ErrorCode> REFUSALS =
            EnumSet.of(ErrorCode.NOT_AUTHORIZED, ErrorCode.AUTHENTICATION_FAILED, ErrorCode.ACCESS_REFUSED);

    private final PersistentMemoryManager manager;
    private final RefusalLog refusals = new RefusalLog(UnitControlService.class);

    /** A service in front of a manager. */
    public UnitControlService(PersistentMemoryManager manager) {
        this.manager = manager;
    }

    @Override
    public ControlConnection connected(NicConnection connection) throws PmuException {
        return new Served(manager.connections().connected(new Peer(connection)), connection.peer());
    }

    /** A connection as the manager knows it. */
    private record Peer(NicConnection connection) implements ManagerPeer {

        @Override
        public String name() {
            return connection.peer();
        }

        @Override
        public String address() {
            return connection.address();
        }

        @Override
        public void regionChanged(RegionStatus status) {
            connection.push(
                    Event.newBuilder().setRegion(WireTypes.region(status)).build());
        }

        @Override
        public void disconnect(String reason) {
            connection.disconnect(reason);
        }
    }

    /** The service's side of one connection. */
    private final class Served implements ControlConnection {

        private final long id;
        private final String peer;

        /** Said hello as a session: its requests are signs of life. Others do not even wait for the manager's lock. */
        private boolean session;

        private Served(long id, String peer) {
            this.id = id;
            this.peer = peer;
        }

        @Override
        public long protectionDomain() {
            return id;
        }

        @Override
        public Response handle(Request request) {
            Response.Builder response = Response.newBuilder().setId(request.getId());
            heard();
            try {
                answer(request, response);
            } catch (PmuException e) {
                if (REFUSALS.contains(e.code())) {
                    refusals.refused(peer, request.getBodyCase() + " refused: " + message(e));
                }
                response.clearBody().setStatus(e.code().number()).setMessage(message(e));
            } catch (RuntimeException | InternalError e) {
                // InternalError: mapped memory could not be read or written.
                LOG.log(ERROR, "defect while answering " + request.getBodyCase(), e);
                response.clearBody()
                        .setStatus(ErrorCode.INTERNAL.number())
                        .setMessage("a defect of the unit; its log says more");
            }
            // A request that took the unit long must not cost the instance its lease.
            heard();
            return response.build();
        }

        private void heard() {
            if (session) {
                manager.connections().heard(id);
            }
        }

        private void answer(Request request, Response.Builder response) throws PmuException {
            switch (request.getBodyCase()) {
                case AUTHENTICATE ->
                    response.setAuthenticate(AuthenticateReply.newBuilder()
                            .setMessage(manager.connections()
                                    .authenticate(id, request.getAuthenticate().getMessage())));
                case HELLO -> response.setHello(hello(request.getHello()));
                case HEARTBEAT ->
                    response.setHeartbeat(HeartbeatReply.newBuilder()
                            .setBootNumber(manager.connections().heartbeat(id)));
                case OPEN_REGION -> {
                    OpenRegion open = request.getOpenRegion();
                    response.setOpenRegion(WireTypes.opened(
                            manager.primaries().open(id, open.getRegion(), open.getWrite(), open.getEpoch())));
                }
                case CREATE_REGION -> response.setRegion(WireTypes.region(create(request.getCreateRegion())));
                case WATCH ->
                    response.setRegion(WireTypes.region(manager.regions()
                            .watch(
                                    id,
                                    request.getWatch().getRegion(),
                                    request.getWatch().getPriority())));
                case GET_REGION ->
                    response.setRegion(WireTypes.region(
                            manager.regions().get(id, request.getGetRegion().getRegion())));
                case LIST_REGIONS -> response.setListRegions(Listings.regions(manager, id, request.getListRegions()));
                case LIST_CONNECTIONS ->
                    response.setListConnections(Listings.connections(manager, id, request.getListConnections()));
                case LIST_KEYS -> response.setListKeys(Listings.keys(manager, id, request.getListKeys()));
                case GET_UNIT -> response.setUnit(WireTypes.unit(manager.unit(id)));
                case END_CONNECTION ->
                    manager.connections().end(id, request.getEndConnection().getConnectionId());
                case BODY_NOT_SET ->
                    throw new PmuException(ErrorCode.PROTOCOL_VIOLATION, "a request that this release does not know");
                default -> answerRegion(request, response);
            }
        }

        /** Requests about regions that come, grow and go. */
        private void answerRegion(Request request, Response.Builder response) throws PmuException {
            switch (request.getBodyCase()) {
                case DELETE_REGION -> {
                    var delete = request.getDeleteRegion();
                    manager.regions().delete(id, delete.getRegion(), delete.getForce());
                }
                case GROW_REGION -> {
                    var grow = request.getGrowRegion();
                    response.setRegion(
                            WireTypes.region(manager.regions().grow(id, grow.getRegion(), grow.getSizeBytes())));
                }
                case IMPORT_REGION -> {
                    CreateRegion properties = request.getImportRegion().getProperties();
                    response.setOpenRegion(WireTypes.opened(manager.regions()
                            .beginImport(
                                    id,
                                    properties.getRegion(),
                                    properties.getSizeBytes(),
                                    request.getImportRegion().getExtentBytes(),
                                    properties.getMaxBaseBytes(),
                                    WireTypes.level(properties.getLevel()),
                                    WireTypes.retention(properties.getRetention()))));
                }
                case FINISH_IMPORT -> {
                    var finish = request.getFinishImport();
                    response.setRegion(WireTypes.region(manager.regions()
                            .finishImport(
                                    id,
                                    finish.getRegion(),
                                    finish.getEpoch(),
                                    WireTypes.epochStarts(finish.getEpochStartsList()),
                                    finish.getTrimPosition(),
                                    WireTypes.subscriptions(finish.getSubscriptionsList()))));
                }
                default -> answerPrimary(request, response);
            }
        }

        /** Requests about being primary. */
        private void answerPrimary(Request request, Response.Builder response) throws PmuException {
            switch (request.getBodyCase()) {
                case CLAIM_PRIMARY -> {
                    var claim = request.getClaimPrimary();
                    response.setClaimPrimary(WireTypes.granted(manager.primaries()
                            .claim(id, claim.getRegion(), claim.getExpectedEpoch(), claim.getForce())));
                }
                case BEGIN_EPOCH -> {
                    var begin = request.getBeginEpoch();
                    response.setRegion(WireTypes.region(manager.primaries()
                            .begin(id, begin.getRegion(), begin.getEpoch(), begin.getStartPosition())));
                }
                case RESIGN_PRIMARY -> {
                    var resign = request.getResignPrimary();
                    response.setRegion(
                            WireTypes.region(manager.primaries().resign(id, resign.getRegion(), resign.getEpoch())));
                }
                case SWITCH_OVER -> {
                    var switchOver = request.getSwitchOver();
                    response.setRegion(WireTypes.region(manager.primaries()
                            .switchOver(
                                    id, switchOver.getRegion(), switchOver.getToInstance(), switchOver.getForce())));
                }
                case TRIM -> {
                    var trim = request.getTrim();
                    response.setRegion(WireTypes.region(
                            manager.primaries().trim(id, trim.getRegion(), trim.getEpoch(), trim.getPosition())));
                }
                case SET_ACCESS ->
                    response.setRegion(WireTypes.region(manager.regions()
                            .setAccess(
                                    id,
                                    request.getSetAccess().getRegion(),
                                    WireTypes.accessChange(request.getSetAccess()))));
                default -> answerBranch(request, response);
            }
        }

        /** Requests about transaction branches in doubt. */
        private void answerBranch(Request request, Response.Builder response) throws PmuException {
            switch (request.getBodyCase()) {
                case RESOLVE_BRANCH -> {
                    var resolve = request.getResolveBranch();
                    response.setResolution(WireTypes.resolution(manager.primaries()
                            .resolve(
                                    id,
                                    resolve.getRegion(),
                                    WireTypes.branch(resolve.getBranch()),
                                    resolve.getCommit())));
                }
                case RESOLUTIONS_APPLIED -> {
                    var applied = request.getResolutionsApplied();
                    response.setRegion(WireTypes.region(manager.primaries()
                            .resolutionsApplied(
                                    id,
                                    applied.getRegion(),
                                    applied.getEpoch(),
                                    WireTypes.branches(applied.getBranchesList()))));
                }
                case FORGET_BRANCH -> {
                    var forget = request.getForgetBranch();
                    manager.primaries().forget(id, forget.getRegion(), WireTypes.branch(forget.getBranch()));
                }
                default -> answerSubscription(request, response);
            }
        }

        /** Requests about subscriptions. */
        private void answerSubscription(Request request, Response.Builder response) throws PmuException {
            SubscriptionRequests subscriptions = manager.subscriptions();
            switch (request.getBodyCase()) {
                case SUBSCRIBE -> {
                    var subscribe = request.getSubscribe();
                    response.setSubscription(WireTypes.owned(subscriptions.subscribe(
                            id, subscribe.getRegion(), subscribe.getSubscription(), subscribe.getExclusive())));
                }
                case ADVANCE_CURSOR -> {
                    var advance = request.getAdvanceCursor();
                    response.setSubscription(WireTypes.subscription(subscriptions.advance(
                            id,
                            advance.getRegion(),
                            new CursorMove(
                                    advance.getSubscription(), advance.getSequence(), advance.getOwnerToken()))));
                }
                case PREPARE_CLEAR -> {
                    var prepare = request.getPrepareClear();
                    subscriptions.prepareClear(
                            id,
                            prepare.getRegion(),
                            WireTypes.branch(prepare.getBranch()),
                            new CursorMove(prepare.getSubscription(), prepare.getSequence(), prepare.getOwnerToken()));
                }
                case SETTLE_CLEAR -> {
                    var settle = request.getSettleClear();
                    subscriptions.settleClear(
                            id, settle.getRegion(), WireTypes.branch(settle.getBranch()), settle.getCommit());
                }
                case PARK_SET -> {
                    var park = request.getParkSet();
                    response.setSubscription(WireTypes.subscription(subscriptions.park(
                            id,
                            park.getRegion(),
                            new CursorMove(park.getSubscription(), park.getSet().getSequence(), park.getOwnerToken()),
                            park.getSet().getReason())));
                }
                case UNPARK_SET -> {
                    var unpark = request.getUnparkSet();
                    response.setSubscription(WireTypes.subscription(subscriptions.unpark(
                            id, unpark.getRegion(), unpark.getSubscription(), unpark.getSequence())));
                }
                default -> throw new IllegalStateException("no answer to " + request.getBodyCase());
            }
        }

        private HelloReply hello(Hello hello) throws PmuException {
            Greeting greeting = manager.connections()
                    .hello(
                            id,
                            hello.getProtocolVersion(),
                            WireTypes.purpose(hello.getPurpose()),
                            hello.getInstanceName(),
                            hello.getInstanceToken().toByteArray());
            session = hello.getPurpose() == Hello.Purpose.SESSION;
            return WireTypes.hello(greeting);
        }

        private RegionStatus create(CreateRegion create) throws PmuException {
            return manager.regions()
                    .create(
                            id,
                            create.getRegion(),
                            create.getSizeBytes(),
                            create.getMaxBaseBytes(),
                            WireTypes.level(create.getLevel()),
                            WireTypes.retention(create.getRetention()));
        }

        @Override
        public void ended(String evidence) {
            manager.connections().ended(id, evidence);
        }
    }

    private static String message(PmuException e) {
        return e.getMessage() == null ? e.code().toString() : e.getMessage();
    }
}
