package org.pmuconnector.verbs.disni;

import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvSge;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.IbvWC.IbvWcStatus;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;

/**
 * Work requests as they are prepared, and what their ids say when they are completed: the kind in the upper half, a number
 * in the lower one.
 */
public final class WorkRequest {

    /** A frame was received. */
    public static final int RECEIVE = 1;

    /** A frame was sent. */
    public static final int SEND = 2;

    /** A one-sided write, or a chain that ends with one. */
    public static final int WRITE = 3;

    /** A one-sided read. */
    public static final int READ = 4;

    // Statuses by their number in ibv_wc_status.
    private static final int SUCCESS = 0;
    private static final int LOC_LEN_ERR = 1;
    private static final int WR_FLUSH_ERR = 5;
    private static final int REM_INV_REQ_ERR = 9;
    private static final int REM_ACCESS_ERR = 10;

    // Of ibv_wc_opcode.
    private static final int RECV_RDMA_WITH_IMM = 129;

    private WorkRequest() {}

    /** An id. */
    public static long id(int kind, int number) {
        return (long) kind << Integer.SIZE | number;
    }

    /** What kind of request was completed. */
    public static int kind(IbvWC completion) {
        return (int) (completion.getWr_id() >>> Integer.SIZE);
    }

    /** Its number. */
    public static int number(IbvWC completion) {
        return (int) completion.getWr_id();
    }

    /** Whether it was carried out. */
    public static boolean isSuccess(IbvWC completion) {
        return completion.getStatus() == SUCCESS;
    }

    /** Whether a receive was used by a write with immediate data: nothing came into its memory. */
    static boolean isWithoutFrame(IbvWC completion) {
        return completion.getOpcode() == RECV_RDMA_WITH_IMM;
    }

    /** Whether it was only taken back, because something else had ended the connection. */
    public static boolean isFlushed(IbvWC completion) {
        return completion.getStatus() == WR_FLUSH_ERR;
    }

    /** Whether the peer's device refused it: key, connection, range or right. */
    public static boolean isRefused(IbvWC completion) {
        return completion.getStatus() == REM_ACCESS_ERR;
    }

    /** Whether it broke the rules of verbs at either end, such as a frame too long for the receive. */
    public static boolean isInvalid(IbvWC completion) {
        return completion.getStatus() == REM_INV_REQ_ERR || completion.getStatus() == LOC_LEN_ERR;
    }

    /** The status as the field calls it, such as {@code IBV_WC_REM_ACCESS_ERR (remote access error)}. */
    public static String status(IbvWC completion) {
        int number = completion.getStatus();
        IbvWcStatus[] known = IbvWcStatus.values();
        if (number < 0 || number >= known.length) {
            return "work completion status " + number;
        }
        IbvWcStatus status = known[number];
        String explained =
                switch (status) {
                    case IBV_WC_REM_ACCESS_ERR -> "remote access error";
                    case IBV_WC_RETRY_EXC_ERR -> "the peer's device does not answer";
                    case IBV_WC_RNR_RETRY_EXC_ERR -> "the peer has posted no receive";
                    case IBV_WC_WR_FLUSH_ERR -> "the connection has ended";
                    case IBV_WC_REM_INV_REQ_ERR -> "invalid request at the peer";
                    case IBV_WC_LOC_LEN_ERR -> "longer than the receive";
                    default -> status.name().substring("IBV_WC_".length()).toLowerCase(Locale.ROOT);
                };
        return status.name() + " (" + explained + ")";
    }

    /**
     * A request of one buffer.
     *
     * @param operation {@code IbvSendWR.IBV_WR_…}
     * @param flags {@code IbvSendWR.IBV_SEND_…}, 0 for none
     * @param localKey of the buffer
     */
    public static IbvSendWR of(int operation, int flags, long id, int localKey) {
        IbvSendWR request = new IbvSendWR();
        request.setOpcode(operation);
        request.setSend_flags(flags);
        request.setWr_id(id);
        request.setSg_list(buffer(0, 0, localKey));
        request.setNum_sge(1);
        return request;
    }

    /** A receive into one buffer. */
    static IbvRecvWR receive(long id, long address, int lengthBytes, int localKey) {
        IbvRecvWR request = new IbvRecvWR();
        request.setWr_id(id);
        request.setSg_list(buffer(address, lengthBytes, localKey));
        request.setNum_sge(1);
        return request;
    }

    @SuppressWarnings({"JdkObsolete", "NonApiType"}) // DiSNI takes no other list.
    private static LinkedList<IbvSge> buffer(long address, int lengthBytes, int localKey) {
        IbvSge element = new IbvSge();
        element.setAddr(address);
        element.setLength(lengthBytes);
        element.setLkey(localKey);
        return new LinkedList<>(List.of(element));
    }
}
