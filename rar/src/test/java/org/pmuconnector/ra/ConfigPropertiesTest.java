package org.pmuconnector.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.resource.spi.Activation;
import jakarta.resource.spi.AdministeredObject;
import jakarta.resource.spi.ConfigProperty;
import jakarta.resource.spi.ConnectionDefinition;
import jakarta.resource.spi.Connector;
import jakarta.resource.spi.InvalidPropertyException;
import jakarta.resource.spi.ResourceAdapterInternalException;
import jakarta.resource.spi.TransactionSupport.TransactionSupportLevel;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.checkpoint.CheckpointListener;
import org.pmuconnector.checkpoint.RegionMonitor;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** What servers and administrators see of the configuration: Connectors 18.5. */
class ConfigPropertiesTest {

    private static final List<Class<?>> BEANS = List.of(
            PmuResourceAdapter.class,
            CheckpointManagedConnectionFactory.class,
            CheckpointActivationSpec.class,
            CheckpointRegionMonitor.class);

    /** Set by the server, not by an administrator. */
    private static final List<String> CONTRACT_PROPERTIES = List.of("resourceAdapter", "logWriter", "reference");

    static Stream<Arguments> properties() throws Exception {
        List<Arguments> found = new ArrayList<>();
        for (Class<?> bean : BEANS) {
            for (PropertyDescriptor property : Introspector.getBeanInfo(bean).getPropertyDescriptors()) {
                boolean writable = property.getWriteMethod() != null;
                if (writable && !CONTRACT_PROPERTIES.contains(property.getName())) {
                    found.add(Arguments.of(bean, property));
                }
            }
        }
        return found.stream();
    }

    private static Field field(Class<?> bean, String name) throws NoSuchFieldException {
        for (Class<?> type = bean; type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    return field;
                }
            }
        }
        throw new NoSuchFieldException(name);
    }

    @ParameterizedTest
    @MethodSource("properties")
    void property_declared_hasTypeDescriptionAndDefault(Class<?> bean, PropertyDescriptor property) throws Exception {
        Method setter = property.getWriteMethod();
        ConfigProperty declared = setter.getAnnotation(ConfigProperty.class);

        assertThat(declared).as("annotation of %s", property.getName()).isNotNull();
        assertThat(declared.type()).isEqualTo(property.getPropertyType());
        assertThat(String.join(" ", declared.description()))
                .hasSizeGreaterThan(20)
                .endsWith(".");
        Object initial = property.getReadMethod().invoke(bean.getConstructor().newInstance());
        assertThat(declared.defaultValue()).isEqualTo(initial.toString());
        assertThat(field(bean, property.getName()).isAnnotationPresent(NotNull.class))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("properties")
    void property_number_endsWithItsUnitAndSaysItsRange(Class<?> bean, PropertyDescriptor property) throws Exception {
        if (!Number.class.isAssignableFrom(property.getPropertyType())) {
            assertThat(property.getName()).doesNotEndWith("Millis").doesNotEndWith("Bytes");
            return;
        }
        assertThat(property.getName()).matches(".*(Millis|Micros|Bytes|Sets|Redeliveries|Priority)");
        Field field = field(bean, property.getName());
        assertThat(field.isAnnotationPresent(Min.class)).isTrue();
        assertThat(field.isAnnotationPresent(Max.class)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("properties")
    void property_outOfTheDeclaredRange_isRefusedByNameWithoutBeanValidation(Class<?> bean, PropertyDescriptor property)
            throws Exception {
        Field field = field(bean, property.getName());
        for (Object bad : badValues(property, field)) {
            Object configured = bean.getConstructor().newInstance();
            if (configured instanceof RegionLocation region) {
                region.setRegion("orders");
                region.setUnitAddress("embedded:test");
            }
            property.getWriteMethod().invoke(configured, bad);

            assertThatExceptionOfType(PmuException.class)
                    .as("%s = %s", property.getName(), bad)
                    .isThrownBy(() -> check(configured))
                    .satisfies(e -> assertThat(e.code()).isIn(ErrorCode.BAD_CONFIGURATION, ErrorCode.BAD_ADDRESS))
                    .satisfies(e -> {
                        if (isSecret(property)) {
                            assertThat(e.getMessage())
                                    .contains(property.getName())
                                    .doesNotContain(String.valueOf(bad));
                        } else {
                            assertThat(e.getMessage()).contains(String.valueOf(bad));
                        }
                    });
        }
    }

    @ParameterizedTest
    @MethodSource("properties")
    void property_changedWhileInUse_isRefusedAndStaysAsItIs(Class<?> bean, PropertyDescriptor property)
            throws Exception {
        Object configured = bean.getConstructor().newInstance();
        if (configured instanceof RegionLocation location) {
            location.seal();
        } else {
            ((PmuResourceAdapter) configured).start(new TestServer());
        }
        Object before = property.getReadMethod().invoke(configured);
        Object other = other(before);

        assertThatThrownBy(() -> property.getWriteMethod().invoke(configured, other))
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("property " + property.getName())
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(String.valueOf(other)));
        property.getWriteMethod().invoke(configured, before);

        assertThat(property.getReadMethod().invoke(configured)).isEqualTo(before);
    }

    private static Object other(Object value) {
        if (value instanceof Boolean flag) {
            return !flag;
        }
        if (value instanceof Long number) {
            return number + 262_144;
        }
        return value instanceof Integer number ? number + 477 : value + "-changed-";
    }

    private static boolean isSecret(PropertyDescriptor property) {
        return property.getWriteMethod().getAnnotation(ConfigProperty.class).confidential();
    }

    private static List<Object> badValues(PropertyDescriptor property, Field field) {
        if (field.isAnnotationPresent(Min.class)) {
            long least = field.getAnnotation(Min.class).value();
            long most = field.getAnnotation(Max.class).value();
            boolean isInteger = property.getPropertyType() == Integer.class;
            return isInteger ? List.of((int) least - 1, (int) most + 1) : List.of(least - 1, most + 1);
        }
        return switch (property.getName()) {
            case "createRegion" -> List.of();
            case "unitAddress" -> List.of("http://somewhere", "iwarp://", "iwarp://host:0", "nonsense");
            case "instanceName", "region", "subscription" -> List.of("with space", "x".repeat(129), "ü");
            case "tlsCaFile", "tlsCertificateFile", "tlsKeyFile" -> List.of("/no/such/file");
            default -> List.of("nonsense");
        };
    }

    private static void check(Object configured) throws PmuException {
        if (configured instanceof PmuResourceAdapter adapter) {
            adapter.check();
        } else {
            ((RegionLocation) configured).check();
        }
    }

    @Test
    void connectionFactory_made_sealsTheOneThatMadeIt() throws Exception {
        CheckpointManagedConnectionFactory managed = new CheckpointManagedConnectionFactory();
        managed.setRegion("orders");
        managed.createConnectionFactory(new DirectConnectionManager());
        CheckpointManagedConnectionFactory unmanaged = new CheckpointManagedConnectionFactory();
        unmanaged.createConnectionFactory();

        assertThatIllegalStateException().isThrownBy(() -> managed.setRegion("trades"));
        assertThatIllegalStateException().isThrownBy(() -> unmanaged.setRegion("trades"));
        assertThat(managed.getRegion()).isEqualTo("orders");
    }

    @Test
    void resourceAdapter_startRefusedOrStopped_canBeConfigured() throws Exception {
        PmuResourceAdapter adapter = new PmuResourceAdapter();
        adapter.setUnitAddress("nonsense");
        assertThatExceptionOfType(ResourceAdapterInternalException.class)
                .isThrownBy(() -> adapter.start(new TestServer()));

        adapter.setUnitAddress("iwarp://pmu1");
        adapter.start(new TestServer());
        assertThatIllegalStateException().isThrownBy(() -> adapter.setUnitAddress("iwarp://pmu2"));
        adapter.stop();

        adapter.setUnitAddress("iwarp://pmu2");
        assertThat(adapter.getUnitAddress()).isEqualTo("iwarp://pmu2");
    }

    @Test
    void copy_ofABeanInUse_canBeConfigured() throws Exception {
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setRegion("orders");
        factory.createConnectionFactory();

        CheckpointManagedConnectionFactory copy = Copies.serialized(factory);
        copy.setRegion("trades");

        assertThat(factory.getRegion()).isEqualTo("orders");
        assertThat(copy.getRegion()).isEqualTo("trades");
    }

    @Test
    void activationSpec_defaults_lackOnlyTheRegionAndTheUnit() {
        CheckpointActivationSpec spec = new CheckpointActivationSpec();
        assertThatExceptionOfType(InvalidPropertyException.class)
                .isThrownBy(spec::validate)
                .withMessageContaining("region");
        spec.setRegion("orders");
        assertThatExceptionOfType(InvalidPropertyException.class)
                .isThrownBy(spec::validate)
                .withMessageContaining("unitAddress")
                .satisfies(e -> assertThat(e.getErrorCode()).isEqualTo(ErrorCode.BAD_CONFIGURATION.text()));
        spec.setUnitAddress("iwarp://pmu1");

        org.assertj.core.api.Assertions.assertThatCode(spec::validate).doesNotThrowAnyException();
    }

    @Test
    void regionProperties_baseLargerThanAQuarter_isRefused() {
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setRegion("orders");
        factory.setUnitAddress("embedded:test");
        factory.setRegionSizeBytes(1L << 20);
        factory.setMaxBaseBytes((1L << 18) + 1);

        assertThatExceptionOfType(PmuException.class)
                .isThrownBy(factory::check)
                .withMessageContainingAll("maxBaseBytes", "262144");
    }

    @Test
    void activationSpec_twoAlike_areNotEqual() {
        assertThat(new CheckpointActivationSpec()).isNotEqualTo(new CheckpointActivationSpec());
    }

    @Test
    void annotations_ofTheAdapter_nameItsContracts() {
        Connector connector = PmuResourceAdapter.class.getAnnotation(Connector.class);
        assertThat(connector.transactionSupport()).isEqualTo(TransactionSupportLevel.XATransaction);
        assertThat(connector.reauthenticationSupport()).isFalse();
        assertThat(connector.displayName()).containsExactly("PMU Connector");
        assertThat(Arrays.asList(CheckpointActivationSpec.class
                        .getAnnotation(Activation.class)
                        .messageListeners()))
                .isEqualTo(List.of(CheckpointListener.class));
        ConnectionDefinition definition =
                CheckpointManagedConnectionFactory.class.getAnnotation(ConnectionDefinition.class);
        assertThat(definition.connectionFactory()).isEqualTo(CheckpointConnectionFactory.class);
        assertThat(definition.connection()).isEqualTo(CheckpointConnection.class);
        assertThat(CheckpointConnectionFactory.class).isAssignableFrom(definition.connectionFactoryImpl());
        assertThat(CheckpointConnection.class).isAssignableFrom(definition.connectionImpl());
        assertThat(CheckpointRegionMonitor.class
                        .getAnnotation(AdministeredObject.class)
                        .adminObjectInterfaces())
                .containsExactly(RegionMonitor.class);
    }

    @Test
    void resourceAdapter_equality_isByConfiguration() {
        PmuResourceAdapter one = new PmuResourceAdapter();
        PmuResourceAdapter other = new PmuResourceAdapter();
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);

        other.setInstanceName("x");

        assertThat(one).isNotEqualTo(other);
    }
}
