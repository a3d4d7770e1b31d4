package org.pmuconnector.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.ConnectionState;
import org.pmuconnector.control.wire.CreateRegion;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.KeyState;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.Unit;

class ListingTest {

    /** More than one part of a list has. */
    private static final int MANY = 620;

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private UnitAddress address;

    @BeforeEach
    void format() throws Exception {
        Path path = folder.resolve("unit");
        Unit.format(path, 4L << 30);
        address = UnitAddress.parse("embedded:" + path);
    }

    @Test
    void regions_moreThanOneMessageHolds_areAllThereOnceInOrder() throws Exception {
        try (UnitAccess unit = UnitAccess.open(address, TIMEOUT)) {
            for (int i = 0; i < MANY; i++) {
                create(unit, name(i));
            }
            assertThat(unit.regions())
                    .hasSize(MANY)
                    .extracting(RegionState::getRegion)
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void connectionsAndKeys_moreThanOneMessageHolds_areAllThereOnceInOrder() throws Exception {
        UnitAccess[] others = new UnitAccess[MANY];
        try (UnitAccess unit = UnitAccess.open(address, TIMEOUT)) {
            create(unit, "orders");
            for (int i = 0; i < MANY; i++) {
                others[i] = UnitAccess.open(address, TIMEOUT);
                others[i].openToRead("orders");
            }
            assertThat(unit.connections())
                    .hasSize(MANY + 1)
                    .extracting(ConnectionState::getId)
                    .isSorted()
                    .doesNotHaveDuplicates();
            assertThat(unit.keys())
                    .hasSize(MANY)
                    .extracting(KeyState::getIndex)
                    .isSorted()
                    .doesNotHaveDuplicates();
        } finally {
            for (UnitAccess other : others) {
                if (other != null) {
                    other.close();
                }
            }
        }
    }

    @Test
    void connectionsAndKeys_oneOfEach_sayWhoseTheyAre() throws Exception {
        try (UnitAccess unit = UnitAccess.open(address, TIMEOUT)) {
            create(unit, "orders");
            unit.openToRead("orders");

            ConnectionState connection = unit.connections().get(0);
            assertThat(connection.getPurpose()).isEqualTo(Hello.Purpose.TOOL);
            assertThat(connection.getRegion()).isEqualTo("orders");
            assertThat(connection.getKeys()).isEqualTo(1);
            KeyState key = unit.keys().get(0);
            assertThat(key.getConnectionId()).isEqualTo(connection.getId());
            assertThat(key.getRegion()).isEqualTo("orders");
            assertThat(key.getWrite()).isFalse();
            assertThat(key.getLengthBytes()).isEqualTo(256 * 1024);
        }
    }

    private static void create(UnitAccess unit, String region) throws Exception {
        unit.create(CreateRegion.newBuilder().setRegion(region).setSizeBytes(256 * 1024));
    }

    private static String name(int number) {
        return String.format("region-with-a-rather-long-name-%05d", number);
    }
}
