package org.pmuconnector.ra;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.resource.spi.Activation;
import jakarta.resource.spi.AdministeredObject;
import jakarta.resource.spi.AuthenticationMechanism;
import jakarta.resource.spi.ConfigProperty;
import jakarta.resource.spi.ConnectionDefinition;
import jakarta.resource.spi.Connector;
import jakarta.resource.spi.security.PasswordCredential;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** The descriptor that servers take says what the annotations say, property by property. */
class RaXmlTest {

    private static final Path RA_XML = Path.of("src", "main", "rar", "META-INF", "ra.xml");
    private static final XPath XPATH = XPathFactory.newInstance().newXPath();

    private static final String ADAPTER = "/connector/resourceadapter";
    private static final String OUTBOUND = ADAPTER + "/outbound-resourceadapter";
    private static final String DEFINITION = OUTBOUND + "/connection-definition";
    private static final String LISTENER = ADAPTER + "/inbound-resourceadapter/messageadapter/messagelistener";

    private static final String ADMINISTERED = ADAPTER + "/adminobject";

    private static Document descriptor;

    /** A configuration property in either form. */
    private record Property(
            String name,
            String type,
            String defaultValue,
            String description,
            boolean confidential,
            boolean ignored,
            boolean dynamic) {

        static Property of(Method setter) {
            ConfigProperty annotation = setter.getAnnotation(ConfigProperty.class);
            String name = setter.getName().substring("set".length());
            return new Property(
                    Character.toLowerCase(name.charAt(0)) + name.substring(1),
                    annotation.type().getName(),
                    annotation.defaultValue(),
                    String.join(" ", annotation.description()),
                    annotation.confidential(),
                    annotation.ignore(),
                    annotation.supportsDynamicUpdates());
        }

        static Property at(String path) throws XPathExpressionException {
            String prefix = path + "/config-property-";
            return new Property(
                    text(prefix + "name"),
                    text(prefix + "type"),
                    text(prefix + "value"),
                    text(path + "/description"),
                    Boolean.parseBoolean(text(prefix + "confidential")),
                    Boolean.parseBoolean(text(prefix + "ignore")),
                    Boolean.parseBoolean(text(prefix + "supports-dynamic-updates")));
        }
    }

    @BeforeAll
    static void read() throws Exception {
        descriptor = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(RA_XML.toFile());
    }

    /** Empty if there is no such element; descriptions may be broken into lines anywhere. */
    private static String text(String path) throws XPathExpressionException {
        assertThat(count(path)).as(path).isLessThanOrEqualTo(1);
        return XPATH.evaluate("normalize-space(" + path + ")", descriptor);
    }

    private static int count(String path) throws XPathExpressionException {
        return ((NodeList) XPATH.evaluate(path, descriptor, XPathConstants.NODESET)).getLength();
    }

    @ParameterizedTest
    @CsvSource({
        "org.pmuconnector.ra.PmuResourceAdapter, " + ADAPTER + ", resourceadapter-class",
        "org.pmuconnector.ra.CheckpointManagedConnectionFactory, " + DEFINITION + ", managedconnectionfactory-class",
        "org.pmuconnector.ra.CheckpointActivationSpec, " + LISTENER + "/activationspec, activationspec-class",
        "org.pmuconnector.ra.CheckpointRegionMonitor, " + ADMINISTERED + ", adminobject-class",
    })
    void properties_ofEachClass_areThoseOfItsAnnotations(Class<?> annotated, String path, String classElement)
            throws Exception {
        assertThat(text(path + "/" + classElement)).isEqualTo(annotated.getName());
        List<Property> described = new ArrayList<>();
        int count = count(path + "/config-property");
        for (int place = 1; place <= count; place++) {
            described.add(Property.at(path + "/config-property[" + place + "]"));
        }
        assertThat(described)
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(Stream.of(annotated.getMethods())
                        .filter(method -> method.isAnnotationPresent(ConfigProperty.class))
                        .map(Property::of)
                        .toList());
    }

    @Test
    void connector_described_isTheAnnotatedOne() throws Exception {
        Connector annotation = PmuResourceAdapter.class.getAnnotation(Connector.class);
        assertThat(text("/connector/description")).isEqualTo(String.join(" ", annotation.description()));
        assertThat(text("/connector/display-name")).isEqualTo(String.join(" ", annotation.displayName()));
        assertThat(text("/connector/vendor-name")).isEqualTo(annotation.vendorName());
        assertThat(text("/connector/eis-type")).isEqualTo(annotation.eisType());
        assertThat(text("/connector/resourceadapter-version")).isEqualTo(annotation.version());
        assertThat(text(OUTBOUND + "/transaction-support"))
                .isEqualTo(annotation.transactionSupport().name());
        assertThat(text(OUTBOUND + "/reauthentication-support"))
                .isEqualTo(Boolean.toString(annotation.reauthenticationSupport()));
        assertThat(count("/connector/license")).isEqualTo(annotation.licenseRequired() ? 1 : 0);
        assertThat(count("/connector/required-work-context")).isEqualTo(annotation.requiredWorkContexts().length);
        assertThat(count(ADAPTER + "/security-permission")).isEqualTo(annotation.securityPermissions().length);
    }

    @Test
    void authenticationMechanism_described_isTheAnnotatedOne() throws Exception {
        AuthenticationMechanism[] annotated =
                PmuResourceAdapter.class.getAnnotation(Connector.class).authMechanisms();
        String mechanism = OUTBOUND + "/authentication-mechanism";

        assertThat(annotated).hasSize(count(mechanism)).hasSize(1);
        assertThat(text(mechanism + "/authentication-mechanism-type")).isEqualTo(annotated[0].authMechanism());
        assertThat(text(mechanism + "/credential-interface"))
                .isEqualTo(PasswordCredential.class.getPackageName() + "."
                        + annotated[0].credentialInterface().name());
        assertThat(text(mechanism + "/description")).isEqualTo(String.join(" ", annotated[0].description()));
    }

    @Test
    void connectionDefinition_described_isTheAnnotatedOne() throws Exception {
        ConnectionDefinition annotation =
                CheckpointManagedConnectionFactory.class.getAnnotation(ConnectionDefinition.class);
        assertThat(text(DEFINITION + "/connectionfactory-interface"))
                .isEqualTo(annotation.connectionFactory().getName());
        assertThat(text(DEFINITION + "/connectionfactory-impl-class"))
                .isEqualTo(annotation.connectionFactoryImpl().getName());
        assertThat(text(DEFINITION + "/connection-interface"))
                .isEqualTo(annotation.connection().getName());
        assertThat(text(DEFINITION + "/connection-impl-class"))
                .isEqualTo(annotation.connectionImpl().getName());
    }

    @Test
    void messageListener_described_isTheAnnotatedOne() throws Exception {
        Class<?>[] annotated =
                CheckpointActivationSpec.class.getAnnotation(Activation.class).messageListeners();
        assertThat(Arrays.stream(annotated).map(Class::getName))
                .containsExactly(text(LISTENER + "/messagelistener-type"));
    }

    @Test
    void administeredObject_described_isTheAnnotatedOne() throws Exception {
        Class<?>[] annotated = CheckpointRegionMonitor.class
                .getAnnotation(AdministeredObject.class)
                .adminObjectInterfaces();
        assertThat(Arrays.stream(annotated).map(Class::getName))
                .containsExactly(text(ADMINISTERED + "/adminobject-interface"));
    }

    @Test
    void descriptor_read_isOfConnectors21AndComplete() throws Exception {
        assertThat(text("/connector/@version")).isEqualTo("2.1");
        assertThat(descriptor.getDocumentElement().getAttribute("xmlns"))
                .isEqualTo("https://jakarta.ee/xml/ns/jakartaee");
        assertThat(text("/connector/@metadata-complete")).isEqualTo("true");
    }
}
