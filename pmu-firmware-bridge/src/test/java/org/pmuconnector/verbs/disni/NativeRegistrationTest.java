package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ibm.disni.util.MemoryUtils;
import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory that cannot be registered at a real device is refused with the kernel's reason. */
@Tag("rdma")
class NativeRegistrationTest {

    private static final int LENGTH_BYTES = 8192;
    /** As in {@code ibv_access_flags}; DiSNI's are no constants. */
    private static final int WRITE = 1;

    private static final int REMOTE_WRITE = 2;
    private static final int REMOTE_READ = 4;

    private static final ByteBuffer MEMORY = ByteBuffer.allocateDirect(LENGTH_BYTES);
    private static final long ADDRESS = MemoryUtils.getAddress(MEMORY);

    @TempDir
    private Path directory;

    private Listener listener;
    private RdmaCmId id;
    private IbvPd domain;

    @BeforeEach
    void allocate() throws Exception {
        listener = new Listener();
        id = Listener.resolve(listener.clientEvents, listener.address());
        domain = id.getVerbs().allocPd();
    }

    @AfterEach
    void free() throws Exception {
        assertThat(domain.deallocPd()).isZero();
        assertThat(id.destroyId()).isZero();
        listener.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void regMr_ofNoLength_isInvalid(int length) {
        assertThatThrownBy(() -> register(ADDRESS, length, WRITE))
                .isInstanceOf(IOException.class)
                .hasMessage("regMr: %d bytes at 0x%x: Invalid argument (errno 22)", length, ADDRESS);
    }

    @Test
    void regMr_atNoAddress_isInvalid() {
        assertThatThrownBy(() -> register(0, LENGTH_BYTES, WRITE))
                .isInstanceOf(IOException.class)
                .hasMessage("regMr: %d bytes at 0x0: Invalid argument (errno 22)", LENGTH_BYTES);
    }

    @Test
    void regMr_longerThanTheMemory_isABadAddress() {
        assertThatThrownBy(() -> register(ADDRESS, Integer.MAX_VALUE, WRITE))
                .isInstanceOf(IOException.class)
                .hasMessage("ibv_reg_mr of 2147483647 bytes at 0x%x for access 0x1: Bad address (errno 14)", ADDRESS);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x1000, 0xffff_8000_0000_0000L})
    void regMr_whereNothingIsMapped_isABadAddress(long address) {
        assertThatThrownBy(() -> register(address, LENGTH_BYTES, WRITE))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "ibv_reg_mr of %d bytes at 0x%x for access 0x1: Bad address (errno 14)", LENGTH_BYTES, address);
    }

    @Test
    void regMr_acrossTheEndOfTheAddresses_isRefused() {
        assertThatThrownBy(() -> register(-4096, LENGTH_BYTES, WRITE))
                .isInstanceOf(IOException.class)
                .hasMessageMatching("ibv_reg_mr of .* \\(errno (14|22)\\)");
    }

    @ParameterizedTest
    @ValueSource(ints = {REMOTE_WRITE, 0x8000_0000, -1})
    void regMr_forAccessThatThereIsNot_isInvalid(int access) {
        assertThatThrownBy(() -> register(ADDRESS, LENGTH_BYTES, access))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "ibv_reg_mr of %d bytes at 0x%x for access 0x%x: Invalid argument (errno 22)",
                        LENGTH_BYTES, ADDRESS, access);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, REMOTE_READ, WRITE})
    void regMr_ofAFileMappedReadOnly_isABadAddress(int access) throws Exception {
        MappedByteBuffer mapped = map(MapMode.READ_ONLY);

        assertThatThrownBy(() -> RawEndpoint.register(domain, mapped, access))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "ibv_reg_mr of %d bytes at 0x%x for access 0x%x: Bad address (errno 14)",
                        LENGTH_BYTES, MemoryUtils.getAddress(mapped), access);
    }

    @Test
    void regMr_ofAFileMappedForWriting_registers() throws Exception {
        IbvMr region = RawEndpoint.register(domain, map(MapMode.READ_WRITE), WRITE);

        assertThat(region.getLength()).isEqualTo(LENGTH_BYTES);
        RawEndpoint.deregister(region);
    }

    private MappedByteBuffer map(MapMode mode) throws IOException {
        Path file = Files.write(directory.resolve("file"), new byte[LENGTH_BYTES]);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(mode, 0, LENGTH_BYTES);
        }
    }

    private void register(long address, int length, int access) throws IOException {
        var call = domain.regMr(address, length, access);
        try {
            RawEndpoint.deregister(call.execute().getMr());
        } finally {
            call.free();
        }
    }
}
