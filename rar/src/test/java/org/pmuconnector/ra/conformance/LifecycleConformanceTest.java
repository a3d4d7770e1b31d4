package org.pmuconnector.ra.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ResourceAdapterAssociation;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.ra.CheckpointActivationSpec;
import org.pmuconnector.ra.CheckpointManagedConnectionFactory;
import org.pmuconnector.ra.CheckpointRegionMonitor;
import org.pmuconnector.ra.EmbeddedUnit;
import org.pmuconnector.ra.PmuResourceAdapter;
import org.pmuconnector.ra.TestServer;

/** Lifecycle Management. */
class LifecycleConformanceTest extends RunningAdapter {

    @RegisterExtension
    private final EmbeddedUnit otherUnit = new EmbeddedUnit();

    static List<PropertyDescriptor> adapterProperties() throws Exception {
        return Arrays.stream(Introspector.getBeanInfo(PmuResourceAdapter.class).getPropertyDescriptors())
                .filter(property -> property.getWriteMethod() != null)
                .toList();
    }

    @Section({"5.3.1", "19"})
    @ParameterizedTest
    @MethodSource("adapterProperties")
    void adapters_equality_isByEveryProperty(PropertyDescriptor property) throws Exception {
        PmuResourceAdapter one = new PmuResourceAdapter();
        PmuResourceAdapter other = new PmuResourceAdapter();
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);

        Object value = property.getReadMethod().invoke(one);
        property.getWriteMethod().invoke(other, different(value));

        assertThat(one).isNotEqualTo(other).isNotEqualTo(null);
        property.getWriteMethod().invoke(one, different(value));
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
    }

    private static Object different(Object value) {
        if (value instanceof Long number) {
            return number + 1;
        }
        return value instanceof Integer number ? (Object) (number + 1) : value + "x";
    }

    @Section("5.3.1")
    @Test
    void adapters_unequalInOneServer_liveIndependently() throws Exception {
        PmuResourceAdapter second = new PmuResourceAdapter();
        second.setInstanceName("second");
        second.setUnitAddress(otherUnit.address());
        TestServer secondServer = new TestServer();
        second.start(secondServer);
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setRegion("orders");
        factory.setResourceAdapter(second);
        handle(factory.createManagedConnection(null, null)).append(bytes("second"));
        ManagedConnection first = managed("orders");

        second.stop();

        assertThat(secondServer.awaitRunning(0)).isZero();
        handle(first).append(bytes("first"));
        assertThat(texts(handle(first))).containsExactly("first");
    }

    @Section({"5.3.2", "5.3.3", "13.4.2.3"})
    @ParameterizedTest
    @ValueSource(
            classes = {
                CheckpointManagedConnectionFactory.class,
                CheckpointActivationSpec.class,
                CheckpointRegionMonitor.class
            })
    void association_established_neverChanges(Class<? extends ResourceAdapterAssociation> bean) throws Exception {
        ResourceAdapterAssociation associated = bean.getConstructor().newInstance();
        assertThat(associated.getResourceAdapter()).isNull();
        assertThatExceptionOfType(ResourceException.class).isThrownBy(() -> associated.setResourceAdapter(null));

        associated.setResourceAdapter(adapter);

        assertThatExceptionOfType(jakarta.resource.spi.IllegalStateException.class)
                .isThrownBy(() -> associated.setResourceAdapter(new PmuResourceAdapter()));
        assertThat(associated.getResourceAdapter()).isSameAs(adapter);
    }

    @Section({"5.3.2", "5.3.7"})
    @Test
    void unitAddress_ofTheFactory_goesBeforeTheAdapters() throws Exception {
        CheckpointManagedConnectionFactory inherits = factory("orders");
        CheckpointManagedConnectionFactory overrides = factory("orders");
        overrides.setUnitAddress(otherUnit.address());

        handle(inherits.createManagedConnection(null, null)).append(bytes("inherited"));
        handle(overrides.createManagedConnection(null, null)).append(bytes("overridden"));

        assertThat(texts(handle(inherits.createManagedConnection(null, null)))).containsExactly("inherited");
        assertThat(texts(handle(overrides.createManagedConnection(null, null)))).containsExactly("overridden");
    }

    @Section("5.3.4")
    @Test
    void stop_again_orWithoutAStart_throwsNothing() {
        adapter.stop();
        adapter.stop();

        new PmuResourceAdapter().stop();
    }

    @Section("5.3.4")
    @Test
    void stop_connectionInUse_refusesWhatComesAfter() throws Exception {
        ManagedConnection managed = managed("orders");
        handle(managed).append(bytes("a"));

        adapter.stop();

        assertThatExceptionOfType(ResourceException.class)
                .isThrownBy(() -> handle(managed).append(bytes("b")));
        assertThatExceptionOfType(CheckpointException.class).isThrownBy(() -> managed("orders"));
    }

    @Section("5.3.5")
    @Test
    void start_afterStop_carriesOnWithWhatIsThere() throws Exception {
        handle(managed("orders")).append(bytes("a"));
        adapter.stop();

        adapter.start(server);
        handle(managed("orders")).append(bytes("b"));

        assertThat(texts(handle(managed("orders")))).containsExactly("a", "b");
    }
}
