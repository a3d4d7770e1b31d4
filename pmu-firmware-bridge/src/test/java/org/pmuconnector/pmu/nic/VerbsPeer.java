package org.pmuconnector.pmu.nic;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.verbs.VerbsProvider;

/**
 * A peer at an RDMA device that posts whatever work requests it is told to, and keeps to no protocol above them. Statuses
 * are those of work completions as the field calls them. For one thread at a time.
 */
public interface VerbsPeer extends AutoCloseable {

    /** Carried out. */
    String SUCCESS = "IBV_WC_SUCCESS";

    /** Refused by the other side's device, for key, connection, range or right. */
    String ACCESS_ERROR = "IBV_WC_REM_ACCESS_ERR";

    /** Not completed, and the connection manager says that the connection is over. */
    String OVER = "over";

    /** The device did not even take the work request. */
    String NOT_POSTED = "not posted";

    /** Receives that a peer which keeps to the protocol posts. */
    int WINDOW = 16;

    /** The longest frame of the protocol. */
    int FRAME_BYTES = 4096;

    /** Writes that {@link #postWrites} posts as one. */
    int WRITES_AT_ONCE = 8;

    /** A peer that is still to be connected; its class is defined by the class loader for verbs. */
    static VerbsPeer create() throws PmuException {
        return VerbsProvider.get().create(VerbsPeer.class, "org.pmuconnector.pmu.nic.verbs.RawVerbsPeer");
    }

    /**
     * Connects.
     *
     * @param receives how many to post before; each is posted again when it was used, unless {@link #stopReceiving}
     * @param retries how often its device sends again what nobody acknowledges
     * @throws IOException naming the connection manager's event, if it is another one than ESTABLISHED
     */
    void connect(InetSocketAddress unit, int receives, int retries) throws IOException;

    /** Sends, and waits for the work completion's status. */
    String send(byte[] frame) throws IOException;

    /** Posts a number of frames as one, and does not wait. */
    void postSends(List<byte[]> frames) throws IOException;

    /** Writes bytes of value 0xEE, and waits for the status. */
    String write(int rkey, long address, int lengthBytes) throws IOException;

    /** The same with immediate data. */
    String writeWithImmediate(int rkey, long address, int lengthBytes) throws IOException;

    /** Reads, and waits for the status. */
    String read(int rkey, long address, int lengthBytes) throws IOException;

    /** Posts writes of a number's 8 bytes to places that follow each other, and does not wait. */
    void postWrites(int rkey, long address, long number) throws IOException;

    /** How many work requests, receives aside, are not completed. */
    int underWay();

    /** The statuses of work requests that have been completed since the last call, receives aside; waits a little for one. */
    List<String> completed() throws IOException;

    /** The next frame that has come; null if none comes in time, or the connection is over. */
    byte[] receive(int timeoutMillis) throws IOException;

    /** Posts no further receives. */
    void stopReceiving();

    /** Whether a work request has failed, or the connection manager has said that the connection is over. */
    boolean isOver() throws IOException;

    @Override
    void close();
}
