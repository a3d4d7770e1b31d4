package org.pmuconnector;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;

/** The arrows of ARCHITECTURE.md: who must not know whom. */
@AnalyzeClasses(packages = "org.pmuconnector", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] INITIATOR = {"..fabric..", "..log..", "..instance.."};
    private static final String[] BEHIND_THE_VERBS_LOADER = {
        "org.pmuconnector.verbs.disni..", "org.pmuconnector.fabric.verbs..", "org.pmuconnector.pmu.nic.verbs.."
    };

    @ArchTest
    static final ArchRule nobodyKnowsJakartaEe =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("jakarta..", "javax.transaction..");

    @ArchTest
    static final ArchRule nobodyKnowsTheDaemon = noClasses()
            .that()
            .resideOutsideOfPackage("..daemon..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..daemon..");

    @ArchTest
    static final ArchRule theModelKnowsNobody = noClasses()
            .that()
            .resideInAPackage("org.pmuconnector.model..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("java..", "org.pmuconnector.model..");

    @ArchTest
    static final ArchRule theTablesAreArithmetic = noClasses()
            .that()
            .resideInAnyPackage("..pmu.translation..", "..pmu.protection..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages(
                    "java.lang..",
                    "java.util..",
                    "org.pmuconnector.model..",
                    "..pmu.translation..",
                    "..pmu.protection..");

    @ArchTest
    static final ArchRule memoryKnowsNeitherTablesNorNetwork = noClasses()
            .that()
            .resideInAPackage("..pmu.memory..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..pmu.translation..",
                    "..pmu.protection..",
                    "..pmu.firmware..",
                    "..pmu.manager..",
                    "..pmu.nic..",
                    "..control..");

    @ArchTest
    static final ArchRule theBridgeDoesNotKnowWhatRegionsMean = noClasses()
            .that()
            .resideInAPackage("..pmu.firmware..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..pmu.manager..", "..pmu.control..", "..control.wire..");

    @ArchTest
    static final ArchRule theBridgeProtocolDoesNotKnowWhatRegionsMean = noClasses()
            .that()
            .resideInAPackage("..pmu.bridge..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..pmu.manager..", "..pmu.control..");

    @ArchTest
    static final ArchRule theManagerKnowsNoWireFormat = noClasses()
            .that()
            .resideInAPackage("..pmu.manager..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..control.wire..", "..iwarp..", "..pmu.nic..", "..pmu.control..", "..pmu.bridge..");

    @ArchTest
    static final ArchRule networkInterfacesKnowNoRegionsAndNoRecords = noClasses()
            .that()
            .resideInAPackage("..pmu.nic..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..pmu.manager..", "..pmu.firmware..", "..log..", "..instance..");

    @ArchTest
    static final ArchRule theUnitDoesNotKnowItsInitiators = noClasses()
            .that()
            .resideInAPackage("..pmu..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(INITIATOR);

    @ArchTest
    static final ArchRule theLogKnowsNoNetwork = noClasses()
            .that()
            .resideInAPackage("org.pmuconnector.log..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("java..", "org.pmuconnector.model..", "org.pmuconnector.log..");

    @ArchTest
    static final ArchRule transportsKnowNoRecords = noClasses()
            .that()
            .resideInAPackage("..fabric..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.pmuconnector.log..", "..instance..", "..pmu.manager.catalog..");

    @ArchTest
    static final ArchRule aTransportKnowsNoOther = noClasses()
            .that()
            .resideInAPackage("..fabric.iwarp..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..fabric.embedded..", "org.pmuconnector.pmu..");

    @ArchTest
    static final ArchRule theCodecKnowsNeitherEnd = noClasses()
            .that()
            .resideInAPackage("org.pmuconnector.iwarp..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.pmuconnector.pmu..", "..fabric..", "..control..");

    /** Decisions are by a monotonic clock. The time of day stamps records and owners' files, and tells people. */
    @ArchTest
    static final ArchRule nobodyAsksForTheTimeOfDay = noClasses()
            .that()
            .resideOutsideOfPackage("..daemon..")
            .and()
            .doNotHaveFullyQualifiedName("org.pmuconnector.pmu.firmware.UnitOwner")
            .and()
            .doNotHaveFullyQualifiedName("org.pmuconnector.instance.Environment")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(InstantSource.class, "system")
            .orShould()
            .callConstructor(Date.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class);

    @ArchTest
    static final ArchRule theUnitHasNoTimeOfDayToAskFor = noClasses()
            .that()
            .resideInAPackage("..pmu..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(InstantSource.class);

    @ArchTest
    static final ArchRule disniIsUsedBehindItsClassLoaderAlone = noClasses()
            .that()
            .resideOutsideOfPackages(BEHIND_THE_VERBS_LOADER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.ibm.disni..", "org.slf4j..");

    @ArchTest
    static final ArchRule classesBehindTheVerbsLoaderAreNamedAsStringsAlone = noClasses()
            .that()
            .resideOutsideOfPackages(BEHIND_THE_VERBS_LOADER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(BEHIND_THE_VERBS_LOADER);

    @ArchTest
    static final ArchRule theVerbsLoaderKnowsTheModelAlone = noClasses()
            .that()
            .resideInAPackage("org.pmuconnector.verbs")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("java..", "org.pmuconnector.model..", "org.pmuconnector.verbs");

    /** What runs in a server: what has no id in the catalogue is for developers, at DEBUG. */
    @ArchTest
    static final ArchRule whatOperatorsReadComesFromTheCatalogue = noClasses()
            .that()
            .resideInAnyPackage(INITIATOR)
            .or()
            .resideInAnyPackage(
                    "org.pmuconnector.iwarp..",
                    "org.pmuconnector.tls..",
                    "org.pmuconnector.verbs..",
                    "org.pmuconnector.polling..",
                    "org.pmuconnector.scram..")
            .should()
            .accessField(System.Logger.Level.class, "INFO")
            .orShould()
            .accessField(System.Logger.Level.class, "WARNING")
            .orShould()
            .accessField(System.Logger.Level.class, "ERROR")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("java.util.logging..");

    @ArchTest
    static final ArchRule theDoctorJudgesWithoutLooking = noClasses()
            .that()
            .resideInAPackage("..daemon.doctor..")
            .and()
            .haveNameMatching(".*(Findings?|Diagnosis)")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.nio..", "java.net..");
}
