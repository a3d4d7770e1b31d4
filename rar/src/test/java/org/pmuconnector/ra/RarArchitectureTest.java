package org.pmuconnector.ra;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.time.InstantSource;

/** The adapter is thin: it maps the contract onto instances, and knows nothing of what lies beneath them. */
@AnalyzeClasses(packages = "org.pmuconnector.ra", importOptions = ImportOption.DoNotIncludeTests.class)
class RarArchitectureTest {

    @ArchTest
    static final ArchRule ADAPTER_KNOWS_INSTANCES_AND_THEIR_WORDS_ALONE = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "org.pmuconnector.ra",
                    "org.pmuconnector.ra.jmx",
                    "org.pmuconnector.checkpoint",
                    "org.pmuconnector.instance",
                    "org.pmuconnector.log",
                    "org.pmuconnector.model",
                    "org.pmuconnector.fabric",
                    "org.pmuconnector.scram",
                    "jakarta..",
                    "javax..",
                    "java..");

    @ArchTest
    static final ArchRule BEANS_SHOW_INSTANCES_AND_KNOW_NO_CONTRACT = classes()
            .that()
            .resideInAPackage("org.pmuconnector.ra.jmx")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "org.pmuconnector.ra.jmx",
                    "org.pmuconnector.instance",
                    "org.pmuconnector.model",
                    "javax.management..",
                    "java..");

    @ArchTest
    static final ArchRule NOBODY_ASKS_FOR_THE_TIME_OF_DAY = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(InstantSource.class);

    @ArchTest
    static final ArchRule JMX_IS_USED_IN_ONE_PLACE = noClasses()
            .that()
            .resideOutsideOfPackage("org.pmuconnector.ra.jmx")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("javax.management..", "java.lang.management..");

    @ArchTest
    static final ArchRule ONLY_THE_ASSEMBLY_KNOWS_FABRICS = noClasses()
            .that()
            .haveNameNotMatching("org\\.pmuconnector\\.ra\\.(UnitInstances|PmuConnector|PmuResourceAdapter)(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.pmuconnector.fabric..");

    @ArchTest
    static final ArchRule OF_THE_LOG_ONLY_ITS_VALUES_ARE_KNOWN = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "org\\.pmuconnector\\.log\\.(?!BranchId$|PendingSet$|CommittedSet$|PreparedGroup$|LogRecord$).*");

    /** What has no id in the catalogue is for developers, at DEBUG. */
    @ArchTest
    static final ArchRule WHAT_OPERATORS_READ_COMES_FROM_THE_CATALOGUE = noClasses()
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
    static final ArchRule CONTAINERS_THREADS_ARE_USED_IN_ONE_PLACE = noClasses()
            .that()
            .doNotHaveSimpleName("LongRun")
            .should()
            .callConstructor(Thread.class, Runnable.class, String.class)
            .orShould()
            .callConstructor(Thread.class, Runnable.class)
            .orShould()
            .callConstructor(Thread.class);
}
