package org.pmuconnector.daemon.transfer;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import org.pmuconnector.daemon.transfer.wire.ExportEnd;
import org.pmuconnector.daemon.transfer.wire.ExportHeader;
import org.pmuconnector.daemon.transfer.wire.ExportPart;
import org.pmuconnector.daemon.transfer.wire.ExportSeal;

/** Writes an exported region, from its header to its end. One thread at a time; the stream stays the caller's. */
final class ExportWriter {

    private final OutputStream out;
    private final DigestOutputStream digested;
    private final MessageDigest digest = ExportFile.digest();

    ExportWriter(OutputStream out, ExportHeader.Builder header) throws IOException {
        this.out = out;
        this.digested = new DigestOutputStream(out, digest);
        digested.write(ExportFile.magic());
        header.setFormatVersion(ExportFile.FORMAT_VERSION).build().writeDelimitedTo(digested);
    }

    void part(long position, ByteBuffer content) throws IOException {
        ExportPart.newBuilder()
                .setPosition(position)
                .setContent(ByteString.copyFrom(content))
                .build()
                .writeDelimitedTo(digested);
    }

    void end(ExportEnd.Builder end) throws IOException {
        part(end.getEndPosition(), ByteBuffer.allocate(0));
        end.build().writeDelimitedTo(digested);
        ExportSeal.newBuilder()
                .setDigest(ByteString.copyFrom(digest.digest()))
                .build()
                .writeDelimitedTo(out);
    }
}
