package org.pmuconnector.pmu;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.Retention;
import org.pmuconnector.model.UnitAddress;

/** A unit that an earlier release wrote, kept as it was: it must open for ever. */
class OldUnitTest {

    @TempDir
    Path folder;

    @Test
    void open_aUnitOfFormatOne_hasAllThatWasInItAndGoesOn() throws Exception {
        Path unit = folder.resolve("unit");
        try (InputStream packed = getClass().getResourceAsStream("/units/format-1.gz");
                InputStream in = new GZIPInputStream(packed);
                OutputStream out = Files.newOutputStream(unit)) {
            in.transferTo(out);
        }
        Path key = folder.resolve("unit.key");
        try (InputStream in = getClass().getResourceAsStream("/units/format-1.key")) {
            Files.copy(in, key);
        }
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));

        try (EmbeddedFabric fabric = new EmbeddedFabric(UnitAddress.parse("embedded:" + unit))) {
            Instance instance =
                    Instance.of(new InstanceSettings("writer", Duration.ofSeconds(20), Duration.ofSeconds(20)), fabric);
            Thread session = new Thread(instance::run, "session");
            session.start();
            RegionSettings orders =
                    new RegionSettings("orders", false, 0, 0, PersistenceLevel.PERSISTENT, Retention.BASE);
            try (RegionConnection connection = instance.region(orders).connect(null)) {
                List<CommittedSet> sets = connection.recover();
                assertThat(sets).extracting(CommittedSet::sequence).containsExactly(2L, 3L, 4L);
                assertThat(sets)
                        .extracting(set -> new String(set.payload(), UTF_8))
                        .containsExactly("two, all of it", "three", "four");
                assertThat(sets).extracting(CommittedSet::payloadVersion).containsExactly(2, 1, 1);
                BranchId branch = new BranchId(7, new byte[] {1}, new byte[] {2}, "writer");
                assertThat(connection.inDoubt()).containsExactly(branch);
                connection.commitPrepared(branch);
                assertThat(connection.committedSequence()).isEqualTo(5);
                assertThat(connection.commit(List.of(PendingSet.update("six".getBytes(UTF_8), 1))))
                        .isEqualTo(6);
                assertThat(connection.recover()).hasSize(5);
            } finally {
                instance.close();
                session.join();
            }
        }
    }
}
