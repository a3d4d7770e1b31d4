package org.pmuconnector.benchmarks;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.pmuconnector.iwarp.DdpSegment;
import org.pmuconnector.iwarp.FpduReader;
import org.pmuconnector.iwarp.FpduWriter;
import org.pmuconnector.iwarp.ProtocolFaultException;

/** What framing, copying and checksums of one append cost each side, without any network. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FramingBenchmark {

    @Param({"64", "4096", "16384"})
    private int payloadBytes;

    @Param({"true", "false"})
    private boolean crc;

    private ByteBuffer payload;
    private FpduWriter writer;
    private FpduReader reader;
    private byte[] wire;

    /** Frames one append to read again and again. */
    @Setup
    public void frame() {
        payload = ByteBuffer.allocate(payloadBytes);
        writer = new FpduWriter(crc);
        reader = new FpduReader(crc);
        addAppend();
        wire = new byte[writer.pending().remaining()];
        writer.pending().get(wire);
        writer.clear();
    }

    private void addAppend() {
        writer.addWrite(0x1234, 1L << 40, payload.clear());
        writer.addReadRequest(1, 0x5678, 0, 8, 0x1234, 1L << 40);
    }

    /** The initiator's: a Write and a Read Request. */
    @Benchmark
    public int writeAppend() {
        addAppend();
        int length = writer.pending().remaining();
        writer.clear();
        return length;
    }

    /** The responder's, as far as the frames go; the copy into the buffer stands for the kernel's. */
    @Benchmark
    public long readAppend() throws ProtocolFaultException {
        int at = 0;
        long payloads = 0;
        while (at < wire.length) {
            ByteBuffer space = reader.space();
            int length = Math.min(wire.length - at, space.remaining());
            space.put(wire, at, length);
            at += length;
            for (DdpSegment segment = reader.next(); segment != null; segment = reader.next()) {
                payloads += segment.payload().remaining();
            }
        }
        return payloads;
    }
}
