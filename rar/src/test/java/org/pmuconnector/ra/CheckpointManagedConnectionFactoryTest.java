package org.pmuconnector.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.SecurityException;
import jakarta.resource.spi.security.PasswordCredential;
import java.beans.IntrospectionException;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.security.auth.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Equality, matching, sign-on and validation: Connectors 6.5.3. */
class CheckpointManagedConnectionFactoryTest {

    private final FakeRegion region = new FakeRegion();
    private final CheckpointManagedConnectionFactory factory = region.factory;

    static List<PropertyDescriptor> properties() throws IntrospectionException {
        return Arrays.stream(Introspector.getBeanInfo(CheckpointManagedConnectionFactory.class)
                        .getPropertyDescriptors())
                .filter(property -> property.getWriteMethod() != null)
                .filter(property -> !List.of("resourceAdapter", "logWriter").contains(property.getName()))
                .toList();
    }

    private static CheckpointManagedConnectionFactory configured() {
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setUnitAddress("embedded:test");
        factory.setRegion("orders");
        factory.setSubscription("standby");
        return factory;
    }

    @ParameterizedTest
    @MethodSource("properties")
    void equals_anyPropertyDiffers_isFalse(PropertyDescriptor property) throws Exception {
        CheckpointManagedConnectionFactory other = configured();
        Object value =
                other.getClass().getMethod(property.getReadMethod().getName()).invoke(other);
        Object changed =
                value instanceof Boolean flag ? (Object) !flag : value instanceof Long ? (Object) 262_144L : "x";

        assertThat(other).isEqualTo(factory).hasSameHashCodeAs(factory);
        property.getWriteMethod().invoke(other, changed);

        assertThat(other).isNotEqualTo(factory);
    }

    @Test
    void serialization_configured_keepsTheConfiguration() throws Exception {
        assertThat(Copies.serialized(factory)).isNotSameAs(factory).isEqualTo(factory);
    }

    @Test
    void matchManagedConnections_candidates_findsOneOfTheSameConfiguration() throws Exception {
        CheckpointManagedConnectionFactory others = configured();
        others.setRegion("trades");
        FakeRegion otherRegion = new FakeRegion();
        ManagedConnection foreign = new CheckpointManagedConnection(
                others, otherRegion.region, SignOn.ANONYMOUS, otherRegion.patience(), otherRegion.region.connect(""));
        CheckpointManagedConnection destroyed = region.managedConnection();
        destroyed.destroy();
        CheckpointManagedConnection fitting = region.managedConnection();
        Set<Object> candidates = new LinkedHashSet<>(Arrays.asList("no connection", foreign, destroyed, fitting));

        assertThat(factory.matchManagedConnections(candidates, null, null)).isSameAs(fitting);
        candidates.remove(fitting);
        assertThat(factory.matchManagedConnections(candidates, null, null)).isNull();
    }

    @Test
    void getInvalidConnections_brokenAndWhole_returnsTheBrokenAlone() throws Exception {
        CheckpointManagedConnection broken = region.managedConnection();
        region.lastLink().close();
        CheckpointManagedConnection whole = region.managedConnection();

        Set<?> invalid = factory.getInvalidConnections(Set.of(broken, whole));

        assertThat(invalid).hasSize(1);
        assertThat(invalid.contains(broken)).isTrue();
    }

    @Test
    void signOn_emptyUser_isAnonymous() throws Exception {
        assertThat(SignOn.of(factory, null, null)).isEqualTo(SignOn.ANONYMOUS);
        assertThat(SignOn.of(factory, subject(""), null)).isEqualTo(SignOn.ANONYMOUS);
        assertThat(SignOn.of(factory, null, new CheckpointRequestInfo(null, null)))
                .isEqualTo(SignOn.ANONYMOUS);
        assertThat(SignOn.of(factory, new Subject(), null)).isEqualTo(SignOn.ANONYMOUS);
    }

    @Test
    void signOn_namedUser_isOfTheSubjectElseOfTheCaller() throws Exception {
        CheckpointRequestInfo bob = new CheckpointRequestInfo("bob", "secret");
        SignOn alice = SignOn.of(factory, subject("alice"), bob);
        assertThat(alice.userName()).isEqualTo("alice");
        assertThat(SignOn.of(factory, new Subject(), bob).userName()).isEqualTo("bob");
        assertThat(alice).isEqualTo(SignOn.of(factory, subject("alice"), null));
        assertThat(alice).isNotEqualTo(SignOn.of(factory, null, new CheckpointRequestInfo("alice", "other")));
        assertThat(alice.toString()).contains("alice").doesNotContain("secret");
    }

    @Test
    void signOn_whatCanBeNoUser_isRefusedWithoutThePassword() {
        assertThatExceptionOfType(SecurityException.class)
                .isThrownBy(() -> SignOn.of(factory, subject("no such name"), null))
                .withMessageContaining("user name")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
        assertThatExceptionOfType(SecurityException.class)
                .isThrownBy(() -> SignOn.of(factory, null, new CheckpointRequestInfo("bob", "")))
                .withMessageContaining("bob");
        assertThat(new CheckpointRequestInfo("bob", "secret").toString()).doesNotContain("secret");
    }

    private Subject subject(String userName) {
        PasswordCredential credential = new PasswordCredential(userName, "secret".toCharArray());
        credential.setManagedConnectionFactory(factory);
        Subject subject = new Subject();
        subject.getPrivateCredentials().add(credential);
        return subject;
    }

    @Test
    void requestInfo_sameCredentials_isEqual() {
        CheckpointRequestInfo info = new CheckpointRequestInfo("bob", "secret");

        assertThat(info).isEqualTo(new CheckpointRequestInfo("bob", "secret"));
        assertThat(info).hasSameHashCodeAs(new CheckpointRequestInfo("bob", "secret"));
        assertThat(info).isNotEqualTo(new CheckpointRequestInfo("bob", "other"));
        assertThat(info).isNotEqualTo(new CheckpointRequestInfo("eve", "secret"));
    }

    @Test
    void setResourceAdapter_another_isRefused() {
        PmuResourceAdapter adapter = new PmuResourceAdapter();

        assertThatCode(() -> {
                    factory.setResourceAdapter(adapter);
                    factory.setResourceAdapter(adapter);
                })
                .doesNotThrowAnyException();
        assertThat(factory.getResourceAdapter()).isSameAs(adapter);
        assertThatExceptionOfType(jakarta.resource.spi.IllegalStateException.class)
                .isThrownBy(() -> factory.setResourceAdapter(new PmuResourceAdapter()));
        assertThatExceptionOfType(jakarta.resource.ResourceException.class)
                .isThrownBy(() -> factory.setResourceAdapter(null));
    }
}
