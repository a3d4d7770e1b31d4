package org.pmuconnector.pmu.memory;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A memory longer than one buffer can be: a row of buffers, all but the last of the same length. */
final class BufferPieces<B extends ByteBuffer> {

    /** Makes the piece that begins at an offset. */
    @FunctionalInterface
    interface Source<B, X extends Exception> {
        B piece(long offset, int lengthBytes) throws X;
    }

    /** Does something with a part of one piece. */
    @FunctionalInterface
    interface Visitor<B> {
        void visit(B piece, int offset, int lengthBytes);
    }

    private final B[] pieces;
    private final int shift;
    private final long sizeBytes;

    /**
     * Pieces of 2^shift bytes.
     *
     * @param empty an array for the pieces to be put into, as long as their number
     */
    <X extends Exception> BufferPieces(long sizeBytes, int shift, B[] empty, Source<B, X> source) throws X {
        this.sizeBytes = sizeBytes;
        this.shift = shift;
        this.pieces = empty;
        for (int i = 0; i < pieces.length; i++) {
            long offset = (long) i << shift;
            pieces[i] = source.piece(offset, (int) Math.min(1L << shift, sizeBytes - offset));
        }
    }

    /** How many pieces of 2^shift bytes a memory has. */
    static int count(long sizeBytes, int shift) {
        return Math.toIntExact((sizeBytes + (1L << shift) - 1) >>> shift);
    }

    void write(long offset, ByteBuffer source, int lengthBytes) {
        Objects.checkFromIndexSize(offset, (long) lengthBytes, sizeBytes);
        int from = source.position();
        int left = lengthBytes;
        long at = offset;
        while (left > 0) {
            B piece = pieces[(int) (at >>> shift)];
            int within = within(at);
            int part = Math.min(left, piece.capacity() - within);
            piece.put(within, source, from, part);
            from += part;
            at += part;
            left -= part;
        }
        source.position(from);
    }

    void read(long offset, ByteBuffer sink, int lengthBytes) {
        Objects.checkFromIndexSize(offset, (long) lengthBytes, sizeBytes);
        int to = sink.position();
        int left = lengthBytes;
        long at = offset;
        while (left > 0) {
            B piece = pieces[(int) (at >>> shift)];
            int within = within(at);
            int part = Math.min(left, piece.capacity() - within);
            sink.put(to, piece, within, part);
            to += part;
            at += part;
            left -= part;
        }
        sink.position(to);
    }

    /** Each piece's part of a range, in order. */
    void visit(long offset, long lengthBytes, Visitor<B> visitor) {
        Objects.checkFromIndexSize(offset, lengthBytes, sizeBytes);
        long at = offset;
        long left = lengthBytes;
        while (left > 0) {
            B piece = pieces[(int) (at >>> shift)];
            int within = within(at);
            int part = (int) Math.min(left, piece.capacity() - within);
            visitor.visit(piece, within, part);
            at += part;
            left -= part;
        }
    }

    /** The buffers of a range's parts, in order. */
    List<ByteBuffer> slices(long offset, long lengthBytes) {
        List<ByteBuffer> slices = new ArrayList<>();
        visit(offset, lengthBytes, (piece, at, part) -> slices.add(piece.slice(at, part)));
        return slices;
    }

    private int within(long offset) {
        return (int) (offset & ((1L << shift) - 1));
    }
}
