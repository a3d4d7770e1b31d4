package org.pmuconnector.instance;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.DerivedKeyCache;

/**
 * One running adapter at one unit: proves with its token that all its connections are of one instance, keeps the session
 * that stands for its life, and holds its regions. Safe for use by many threads; {@link #run()} needs one of its own.
 */
public final class Instance implements AutoCloseable {

    private static final int TOKEN_BYTES = 16;

    private final InstanceSettings settings;
    private final Fabric fabric;
    private final Environment environment;
    private final byte[] token = new byte[TOKEN_BYTES];
    private final Map<String, Region> regions = new ConcurrentHashMap<>();
    private final Login login;
    private final Session session;

    /** An instance in the world given; it does nothing before {@link #run()}. */
    public Instance(InstanceSettings settings, Fabric fabric, Environment environment) {
        this.settings = settings;
        this.fabric = fabric;
        this.environment = environment;
        environment.random().nextBytes(token);
        this.login = new Login(settings.credentials(), new DerivedKeyCache(), environment.random());
        this.session = new Session(fabric, settings, environment, login, token, this::stateChanged, this::sessionLost);
    }

    /** An instance in the real world. */
    public static Instance of(InstanceSettings settings, Fabric fabric) {
        return new Instance(settings, fabric, Environment.system());
    }

    /** Keeps the session until {@link #close()} or until the thread is interrupted. */
    public void run() {
        try {
            while (!session.isClosed()) {
                session.step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            session.close();
        }
    }

    /**
     * A region as this instance sees it: always the same object for a name.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if it is in use here with settings that contradict these
     */
    public Region region(RegionSettings regionSettings) throws PmuException {
        Region region = regions.computeIfAbsent(regionSettings.name(), name -> new Region(this, regionSettings));
        region.refine(regionSettings);
        return region;
    }

    /** Whether the unit has answered within the lease. */
    public boolean isSessionLive() {
        return session.isLive();
    }

    /** How this instance gets on with its unit. */
    public InstanceStatistics statistics() {
        return session.statistics(regions.values().stream()
                .mapToLong(region -> region.meter().fencings())
                .sum());
    }

    /** Where the unit is. */
    public UnitAddress address() {
        return fabric.address();
    }

    /** The instance's name. */
    public String name() {
        return settings.instanceName();
    }

    Session session() {
        return session;
    }

    Environment environment() {
        return environment;
    }

    InstanceSettings settings() {
        return settings;
    }

    /** Another connection for data; there must be a session first. */
    UnitConnection connect() throws PmuException {
        return connect(settings.credentials());
    }

    /** The same on behalf of another user than the instance's own; of the same one for nobody. */
    UnitConnection connect(Credentials credentials) throws PmuException {
        session.await();
        Login own = credentials.isAnonymous() ? login : login.as(credentials);
        return UnitConnection.open(fabric, environment.clock(), settings, own, Hello.Purpose.DATA, token);
    }

    private void stateChanged(RegionState state) {
        Region region = regions.get(state.getRegion());
        if (region != null) {
            region.stateChanged(state);
        }
    }

    private void sessionLost() {
        regions.values().forEach(Region::sessionLost);
    }

    /** Ends the session, and with it this instance's part in every region; {@link #run()} returns. */
    @Override
    public void close() {
        session.close();
        regions.values().forEach(Region::close);
    }
}
