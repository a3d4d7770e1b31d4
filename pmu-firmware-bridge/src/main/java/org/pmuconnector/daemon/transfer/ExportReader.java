package org.pmuconnector.daemon.transfer;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import org.pmuconnector.daemon.transfer.wire.ExportEnd;
import org.pmuconnector.daemon.transfer.wire.ExportHeader;
import org.pmuconnector.daemon.transfer.wire.ExportPart;
import org.pmuconnector.daemon.transfer.wire.ExportSeal;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * Reads an exported region and trusts nothing in it: every length is bounded, positions must follow each other, and the
 * digest must be right. One thread at a time; the stream stays the caller's.
 */
final class ExportReader {

    private final DigestInputStream in;
    private final String name;
    private final MessageDigest digest = ExportFile.digest();
    private final ExportHeader header;
    private long position = -1;
    private boolean ended;

    /**
     * Reads the header.
     *
     * @param name of the file, for messages
     * @throws PmuException {@code BAD_CONFIGURATION} if it is no exported region, or of another format
     */
    ExportReader(InputStream in, String name) throws IOException, PmuException {
        this.in = new DigestInputStream(in, digest);
        this.name = name;
        if (!Arrays.equals(this.in.readNBytes(ExportFile.magic().length), ExportFile.magic())) {
            throw bad("is no exported region");
        }
        header = read(ExportHeader.parser());
        if (header.getFormatVersion() != ExportFile.FORMAT_VERSION) {
            throw bad("has format version " + Integer.toUnsignedString(header.getFormatVersion())
                    + ", and this release knows " + ExportFile.FORMAT_VERSION + "; use the release that wrote it");
        }
        if (header.getSizeBytes() <= 0 || header.getExtentBytes() <= 0) {
            throw damaged("a region of " + header.getSizeBytes() + " bytes");
        }
    }

    ExportHeader header() {
        return header;
    }

    /**
     * The next part, null behind the last one.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if it does not follow the one before or is too long
     */
    ExportPart next() throws IOException, PmuException {
        ExportPart part = read(ExportPart.parser());
        if (part.getPosition() < 0 || (position >= 0 && part.getPosition() != position)) {
            throw damaged("a part at " + part.getPosition() + " instead of " + position);
        }
        if (part.getContent().size() > ExportFile.MAX_PART_BYTES) {
            throw damaged("a part of " + part.getContent().size() + " bytes");
        }
        position = part.getPosition() + part.getContent().size();
        if (part.getContent().isEmpty()) {
            ended = true;
            return null;
        }
        return part;
    }

    /**
     * What the region was; behind the last part.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if anything in the file is not as it was written
     */
    ExportEnd end() throws IOException, PmuException {
        if (!ended) {
            throw new IllegalStateException("there are parts before the end");
        }
        ExportEnd end = read(ExportEnd.parser());
        byte[] computed = digest.digest();
        ExportSeal seal = read(ExportSeal.parser());
        if (!Arrays.equals(computed, seal.getDigest().toByteArray()) || in.read() >= 0) {
            throw damaged("another digest than what it was written with, or more behind it");
        }
        if (end.getEndPosition() != position) {
            throw damaged("an end at " + end.getEndPosition() + " instead of " + position);
        }
        return end;
    }

    private <M extends MessageLite> M read(Parser<M> parser) throws IOException, PmuException {
        try {
            int first = in.read();
            if (first < 0) {
                throw new EOFException();
            }
            int length = CodedInputStream.readRawVarint32(first, in);
            if (length < 0 || length > ExportFile.MAX_MESSAGE_BYTES) {
                throw damaged("a message of " + Integer.toUnsignedString(length) + " bytes");
            }
            byte[] message = in.readNBytes(length);
            if (message.length < length) {
                throw new EOFException();
            }
            return parser.parseFrom(message);
        } catch (EOFException e) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION, name + " has been cut short; export the region again", e);
        } catch (InvalidProtocolBufferException e) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION, name + " is damaged: " + e.getMessage() + "; export it again", e);
        }
    }

    private PmuException damaged(String what) {
        return bad("is damaged: it has " + what + "; export the region again");
    }

    private PmuException bad(String what) {
        return new PmuException(ErrorCode.BAD_CONFIGURATION, name + " " + what);
    }
}
