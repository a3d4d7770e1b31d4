package org.pmuconnector.sample.web;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A request's body up to a limit; beyond it reading fails, so that no client decides how much memory it takes. */
final class BoundedInput extends FilterInputStream {

    private final long maxBytes;
    private long readBytes;

    /** The body went on beyond the limit. */
    static final class LimitExceededException extends IOException {

        private static final long serialVersionUID = 1L;

        LimitExceededException(long maxBytes) {
            super("the body is longer than " + maxBytes + " bytes");
        }
    }

    BoundedInput(InputStream in, long maxBytes) {
        super(in);
        this.maxBytes = maxBytes;
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        count(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, length);
        count(Math.max(count, 0));
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = super.skip(count);
        count(skipped);
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(long bytes) throws LimitExceededException {
        readBytes += bytes;
        if (readBytes > maxBytes) {
            throw new LimitExceededException(maxBytes);
        }
    }
}
