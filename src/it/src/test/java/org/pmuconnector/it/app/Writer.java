package org.pmuconnector.it.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import javax.naming.NamingException;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointException;

/** Writes in the container's transactions. */
@Stateless
public class Writer {

    @EJB
    private Factories factories;

    @Resource
    private SessionContext context;

    /** Appends in one transaction: each text with a handle of its own, to each of the factories. */
    public void append(String[] names, String[] texts) throws NamingException, CheckpointException {
        for (String name : names) {
            for (String text : texts) {
                try (CheckpointConnection connection = factories.named(name).getConnection()) {
                    connection.append(text.getBytes(UTF_8));
                }
            }
        }
    }

    /** The same, and then changes its mind. */
    public void appendAndRollBack(String[] names, String[] texts) throws NamingException, CheckpointException {
        append(names, texts);
        context.setRollbackOnly();
    }

    /** The same, and then fails. */
    public void appendAndThrow(String[] names, String[] texts) throws NamingException, CheckpointException {
        append(names, texts);
        throw new IllegalStateException("made to fail after appending");
    }

    /** Appends without a transaction: each text commits on its own. */
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public void appendOutside(String[] names, String[] texts) throws NamingException, CheckpointException {
        append(names, texts);
    }

    /** Replaces all by one text. */
    public void overwrite(String name, String text) throws NamingException, CheckpointException {
        try (CheckpointConnection connection = factories.named(name).getConnection()) {
            connection.overwrite(text.getBytes(UTF_8));
        }
    }

    /** Appends a payload of so many zero bytes. */
    public void appendBytes(String name, int lengthBytes) throws NamingException, CheckpointException {
        try (CheckpointConnection connection = factories.named(name).getConnection()) {
            connection.append(new byte[lengthBytes]);
        }
    }

    /** Appends with a transaction of the connection's own, committed or rolled back. */
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public void appendDemarcated(String name, String[] texts, boolean commit) throws Exception {
        try (CheckpointConnection connection = factories.named(name).getConnection()) {
            connection.getLocalTransaction().begin();
            for (String text : texts) {
                connection.append(text.getBytes(UTF_8));
            }
            if (commit) {
                connection.getLocalTransaction().commit();
            } else {
                connection.getLocalTransaction().rollback();
            }
        }
    }
}
