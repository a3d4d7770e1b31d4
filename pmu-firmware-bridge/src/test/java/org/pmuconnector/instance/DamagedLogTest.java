package org.pmuconnector.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.Unit;

/** A wrong digest in the log: something changed what had been acknowledged. */
class DamagedLogTest {

    private static final long REGION_BYTES = 1 << 20;

    @TempDir
    Path directory;

    @Test
    void recover_acknowledgedSetDamaged_isDataLossAndOtherRegionsAreUnharmed() throws Exception {
        Path file = directory.resolve("unit");
        Unit.format(file, 16 << 20);
        UnitAddress address = new UnitAddress(UnitAddress.Transport.EMBEDDED, null, 0, file.toString());
        try (RunningInstance writer = new RunningInstance("writer", new EmbeddedFabric(address));
                RunningInstance reader = new RunningInstance("reader", new EmbeddedFabric(address));
                RegionConnection orders = writer.connect("orders", REGION_BYTES);
                RegionConnection other = writer.connect("other", REGION_BYTES);
                RegionConnection standby = reader.connect("orders", REGION_BYTES)) {
            orders.commit(List.of(update("first")));
            orders.commit(List.of(update("to be damaged")));
            orders.commit(List.of(update("third")));
            assertThat(standby.poll(1)).hasSize(1);
            flipAByteOf(file, "to be damaged");

            assertDataLoss(catchThrowableOfType(PmuException.class, standby::recover));
            assertDataLoss(catchThrowableOfType(PmuException.class, orders::recover));
            other.commit(List.of(update("unharmed")));
            assertThat(other.recover()).hasSize(1);
        }
    }

    private static void assertDataLoss(PmuException loss) {
        assertThat(loss.code()).isEqualTo(ErrorCode.DATA_LOSS);
        assertThat(loss).hasMessageContaining("behind sequence 1");
    }

    private static PendingSet update(String text) {
        return PendingSet.update(text.getBytes(UTF_8), 0);
    }

    private static void flipAByteOf(Path file, String text) throws IOException {
        byte[] wanted = text.getBytes(UTF_8);
        byte[] all = Files.readAllBytes(file);
        int at = 0;
        while (!startsWith(all, at, wanted)) {
            at++;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) ~all[at]}), at);
        }
    }

    private static boolean startsWith(byte[] all, int at, byte[] wanted) {
        return ByteBuffer.wrap(all, at, wanted.length).equals(ByteBuffer.wrap(wanted));
    }
}
