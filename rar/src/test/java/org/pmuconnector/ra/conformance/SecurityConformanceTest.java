package org.pmuconnector.ra.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;
import jakarta.resource.spi.SecurityException;
import jakarta.resource.spi.security.PasswordCredential;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.security.auth.Subject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.pmuconnector.checkpoint.AccessRefusedException;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.ra.CheckpointManagedConnectionFactory;
import org.pmuconnector.ra.Copies;
import org.pmuconnector.ra.PmuResourceAdapter;
import org.pmuconnector.ra.TestServer;
import org.pmuconnector.ra.UnitOfUsers;

/** Security Contract, at a unit that lets in alice and bob and nobody else. */
class SecurityConformanceTest {

    @RegisterExtension
    private final UnitOfUsers unit = new UnitOfUsers();

    private final PmuResourceAdapter adapter = new PmuResourceAdapter();

    @AfterEach
    void stop() {
        adapter.stop();
    }

    private CheckpointManagedConnectionFactory factory(String user, String password) throws ResourceException {
        adapter.setUnitAddress(unit.address());
        adapter.setInstanceName("security");
        adapter.setUser(user);
        adapter.setPassword(password);
        adapter.start(new TestServer());
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setRegion("orders");
        factory.setResourceAdapter(adapter);
        return factory;
    }

    private CheckpointManagedConnectionFactory factoryOfAlice() throws ResourceException {
        return factory("alice", UnitOfUsers.PASSWORD_OF_ALICE);
    }

    private static Subject subject(ManagedConnectionFactory factory, String user, String password) {
        PasswordCredential credential = new PasswordCredential(user, password.toCharArray());
        credential.setManagedConnectionFactory(factory);
        Subject subject = new Subject();
        subject.getPrivateCredentials().add(credential);
        return subject;
    }

    /** What an application's own sign-on arrives as at the adapter. */
    private static ConnectionRequestInfo requestInfo(
            CheckpointManagedConnectionFactory factory, String user, String password) throws ResourceException {
        AtomicReference<ConnectionRequestInfo> seen = new AtomicReference<>();
        ConnectionManager manager = (managedFactory, info) -> {
            seen.set(info);
            return managedFactory.createManagedConnection(null, null).getConnection(null, null);
        };
        ((CheckpointConnectionFactory) factory.createConnectionFactory(manager)).getConnection(user, password);
        return seen.get();
    }

    private static String userOf(ManagedConnection managed) throws ResourceException {
        return managed.getMetaData().getUserName();
    }

    @Section({"9.1.8", "6.5.5"})
    @Test
    void subject_withACredentialForTheFactory_signsOn() throws Exception {
        CheckpointManagedConnectionFactory factory = factoryOfAlice();
        Subject bob = subject(Copies.serialized(factory), "bob", UnitOfUsers.PASSWORD_OF_BOB);

        ManagedConnection managed = factory.createManagedConnection(bob, null);

        assertThat(userOf(managed)).isEqualTo("bob");
        ((CheckpointConnection) managed.getConnection(bob, null)).committedSequence();
    }

    @Section("9.1.8")
    @Test
    void subject_withACredentialForAnotherFactory_isNotUsed() throws Exception {
        CheckpointManagedConnectionFactory factory = factoryOfAlice();
        CheckpointManagedConnectionFactory other = Copies.serialized(factory);
        other.setRegion("trades");

        ManagedConnection managed =
                factory.createManagedConnection(subject(other, "bob", UnitOfUsers.PASSWORD_OF_BOB), null);

        assertThat(userOf(managed)).isEqualTo("alice");
    }

    @Section({"9.1.8", "6.5.5"})
    @Test
    void noSubject_takesTheCallersSignOnElseTheConfigured() throws Exception {
        CheckpointManagedConnectionFactory factory = factoryOfAlice();
        ConnectionRequestInfo bob = requestInfo(factory, "bob", UnitOfUsers.PASSWORD_OF_BOB);

        assertThat(userOf(factory.createManagedConnection(null, bob))).isEqualTo("bob");
        assertThat(userOf(factory.createManagedConnection(null, null))).isEqualTo("alice");
    }

    @Section("9.1.9")
    @Test
    void getConnection_asAnotherUser_isASecurityException() throws Exception {
        CheckpointManagedConnectionFactory factory = factoryOfAlice();
        Subject bob = subject(factory, "bob", UnitOfUsers.PASSWORD_OF_BOB);
        ManagedConnection ofAlice = factory.createManagedConnection(null, null);

        assertThatExceptionOfType(SecurityException.class).isThrownBy(() -> ofAlice.getConnection(bob, null));
        ((CheckpointConnection) ofAlice.getConnection(null, null)).committedSequence();
    }

    @Section({"6.5.3", "9.1.9"})
    @Test
    void matchManagedConnections_severalUsers_findsTheOneAsked() throws Exception {
        CheckpointManagedConnectionFactory factory = factoryOfAlice();
        Subject bob = subject(factory, "bob", UnitOfUsers.PASSWORD_OF_BOB);
        ConnectionRequestInfo bobByHimself = requestInfo(factory, "bob", UnitOfUsers.PASSWORD_OF_BOB);
        ManagedConnection ofAlice = factory.createManagedConnection(null, null);
        ManagedConnection ofBob = factory.createManagedConnection(bob, null);
        Set<ManagedConnection> pool = new LinkedHashSet<>(List.of(ofAlice, ofBob));

        assertThat(factory.matchManagedConnections(pool, bob, null)).isSameAs(ofBob);
        assertThat(factory.matchManagedConnections(pool, null, bobByHimself)).isSameAs(ofBob);
        assertThat(factory.matchManagedConnections(pool, null, null)).isSameAs(ofAlice);
        assertThat(factory.matchManagedConnections(pool, subject(factory, "bob", "guessed"), null))
                .isNull();
    }

    @Section("9.2.1")
    @Test
    void createManagedConnection_wrongPassword_isASecurityExceptionWithoutThePassword() throws Exception {
        CheckpointManagedConnectionFactory factory = factoryOfAlice();

        assertThatExceptionOfType(SecurityException.class)
                .isThrownBy(() -> factory.createManagedConnection(subject(factory, "bob", "battery staple"), null))
                .withMessageContaining("bob")
                .withCauseInstanceOf(AccessRefusedException.class)
                .satisfies(e -> assertThat(e.toString()).doesNotContain("battery"));
    }

    @Section("9.2.1")
    @Test
    void createManagedConnection_nobodyWhereSomebodyIsNeeded_isASecurityException() throws Exception {
        CheckpointManagedConnectionFactory factory = factory("", "");

        assertThatExceptionOfType(SecurityException.class)
                .isThrownBy(() -> factory.createManagedConnection(new Subject(), null));
    }
}
