package org.pmuconnector.ra.twophase;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.logging.Logger;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAResource;
import org.h2.jdbcx.JdbcDataSource;

/**
 * H2's data source for a server's pool, that ends or holds the server's process at a step of the two-phase protocol: at the
 * one that the system property {@code pmu.it.haltAt} names when it is taken, or the file that {@code pmu.it.haltAtFile}
 * names, if it is there.
 */
public final class HaltingDataSource implements XADataSource {

    /** Which step, as {@link HaltingResource} has it. */
    private static final String HALT_AT = "pmu.it.haltAt";

    private static final String HALT_AT_FILE = "pmu.it.haltAtFile";

    private final JdbcDataSource delegate = new JdbcDataSource();

    /** The database's; called by the server. */
    public void setUrl(String url) {
        delegate.setURL(url);
    }

    @Override
    public XAConnection getXAConnection() throws SQLException {
        return halting(delegate.getXAConnection());
    }

    @Override
    public XAConnection getXAConnection(String user, String password) throws SQLException {
        return halting(delegate.getXAConnection(user, password));
    }

    private static XAConnection halting(XAConnection connection) throws SQLException {
        XAResource resource =
                new HaltingResource(connection.getXAResource(), OrderTable.NAME, HaltingDataSource::haltAt);
        return (XAConnection) Proxy.newProxyInstance(
                HaltingDataSource.class.getClassLoader(),
                new Class<?>[] {XAConnection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("getXAResource")) {
                        return resource;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static String haltAt() {
        String file = System.getProperty(HALT_AT_FILE);
        if (file == null) {
            return System.getProperty(HALT_AT, HaltingResource.NEVER);
        }
        try {
            return Files.readString(Path.of(file));
        } catch (NoSuchFileException none) {
            return HaltingResource.NEVER;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public PrintWriter getLogWriter() {
        return delegate.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        delegate.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) {
        delegate.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() {
        return delegate.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return delegate.getParentLogger();
    }
}
